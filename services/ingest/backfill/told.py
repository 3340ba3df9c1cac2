"""What was ingested of a call already. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field

from schemas.businesses import Mode
from schemas.calls import CallIngested, Step
from services.ingest.backfill.listed import FINAL


@dataclass(slots=True, kw_only=True)
class Told:
    """`dial`: the outcome of the Dial, which settles the call. `ended`: the legs whose end is known.

    `mode`: of the business when the call was heard, which may have another by now.
    """

    mode: Mode | None = None
    voice: bool = False
    dial: bool = False
    ended: set[str] = field(default_factory=set)

    def hear(self, fact: CallIngested) -> None:
        self.mode = self.mode or fact.mode
        match fact.step:
            case Step.VOICE:
                self.voice = True
            case Step.DIAL_RESULT:
                self.dial = True
            case Step.CALL_STATUS if fact.said.get("CallStatus") in FINAL:
                self.ended.add(fact.leg_sid)
            case _:
                pass

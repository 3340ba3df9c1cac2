"""How Twilio misbehaves towards a text: each row a few orders to the simulator, for that text's recipient alone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from simulator.faults.order import FaultOrder, Name

_LATE_SECONDS: Final = 1.5  # longer than the sender reads, see field.py
_NEVER_SECONDS: Final = 86_400.0


@dataclass(frozen=True, slots=True)
class Behaviour:
    """`hidden`: neither callback nor list can show that Twilio has the message."""

    orders: tuple[Mapping[str, Any], ...]
    hidden: bool = False

    def towards(self, recipient: str) -> list[FaultOrder]:
        return [FaultOrder(to=recipient, **order) for order in self.orders]


def _fault(name: Name, **more: Any) -> Mapping[str, Any]:
    return {"name": name, **more}


_UNANSWERED: Final = _fault("accept-never-answer")
_SILENT: Final = _fault("no-callback")

BEHAVIOURS: Final[Mapping[str, Behaviour]] = {
    "refuses the number (21211)": Behaviour((_fault("api-error", code=21211),)),
    "refuses the account (20003)": Behaviour((_fault("api-error", code=20003),)),
    "too many requests, a burst": Behaviour((_fault("too-many-requests", times=4),)),
    "too many requests, Retry-After": Behaviour((_fault("too-many-requests", retry_after=1),)),
    "503": Behaviour((_fault("server-error"),)),
    "hangs up": Behaviour((_fault("hang-up"),)),
    "accepts, never answers": Behaviour((_UNANSWERED,)),
    "accepts, answers 500": Behaviour((_fault("accept-then-500"),)),
    "accepts, answers late": Behaviour((_fault("answer-late", real_seconds=_LATE_SECONDS),)),
    "accepts, cuts the answer": Behaviour((_fault("cut-answer"),)),
    "answers with a wrong SID": Behaviour((_fault("wrong-sid"),)),
    "undelivered": Behaviour((_fault("undelivered"),)),
    "delivery failed": Behaviour((_fault("failed"),)),
    "callback before the answer": Behaviour((_fault("callback-before-answer"),)),
    "no callback": Behaviour((_SILENT,)),
    "callback twice": Behaviour((_fault("callback-twice"),)),
    "callbacks backwards": Behaviour((_fault("callbacks-backwards"),)),
    "callback of another": Behaviour((_fault("callback-of-another"),)),
    "webhooks lost": Behaviour((_UNANSWERED, _fault("webhook-lost", times=None))),
    "webhooks twice": Behaviour((_fault("webhook-twice", times=None),)),
    "no answer, no callback": Behaviour((_UNANSWERED, _SILENT)),
    "no answer, listed late": Behaviour((_UNANSWERED, _SILENT, _fault("list-lag", real_seconds=_LATE_SECONDS))),
    "no answer, never listed": Behaviour(
        (_UNANSWERED, _SILENT, _fault("list-lag", real_seconds=_NEVER_SECONDS)), hidden=True
    ),
}

"""A leg that a Dial rings: its record, its own status callbacks, and its answering machine detection."""

from dataclasses import dataclass

from simulator.voice.live import LiveCall
from simulator.voice.params import leg_params
from simulator.voice.record import Leg
from simulator.voice.script import Callee, Outcome
from simulator.voice.verbs import DialNumber
from simulator.webhooks.steps import Step

_EVENTS = {
    "initiated": Step.CHILD_INITIATED,
    "ringing": Step.CHILD_RINGING,
    "answered": Step.CHILD_ANSWERED,
    "completed": Step.CHILD_COMPLETED,
}
DETECTION_SECONDS = 4.0
"""Call seconds from a leg's answer to the verdict."""


@dataclass(kw_only=True, slots=True)
class Child:
    call: LiveCall
    leg: Leg
    target: DialNumber
    callee: Callee
    answered_at: float | None = None
    bridged: bool = False

    def ring(self) -> None:
        self._progress("initiated")
        self.leg.status = "ringing"
        self._progress("ringing")

    def answer(self) -> None:
        self.answered_at = self.call.elapsed
        self.leg.status = "in-progress"
        self._progress("answered")

    def end(self, status: str) -> None:
        """As that status if it never answered; a leg that did is completed."""
        if self.leg.ended:
            return
        duration = None if self.answered_at is None else round(self.call.elapsed - self.answered_at)
        final = status if self.answered_at is None else "completed"
        self.leg.end(final, self.call.clock.now(), duration)
        self._progress("completed")

    @property
    def detects(self) -> bool:
        return bool(self.target.machine_detection and self.target.amd_status_callback)

    def tell_detection(self) -> None:
        """Twilio's detection callback names the leg alone: neither From nor To, nor the parent."""
        self.leg.answered_by = self._verdict()
        params = {
            "CallSid": self.leg.sid,
            "AccountSid": self.leg.account_sid,
            "AnsweredBy": self.leg.answered_by,
            "MachineDetectionDuration": str(int(DETECTION_SECONDS * 1000)),
        }
        url = self.target.amd_status_callback or ""
        self.call.mail.tell(self.call.letter(Step.MACHINE_DETECTION, url, params))

    def _verdict(self) -> str:
        if self.callee.answered_by:
            return self.callee.answered_by
        if self.callee.outcome is Outcome.ANSWERS:
            return "human"
        waits = self.target.machine_detection == "DetectMessageEnd"
        return "machine_end_beep" if waits else "machine_start"

    def _progress(self, event: str) -> None:
        if self.target.status_callback and event in self.target.status_events:
            params = leg_params(self.leg)
            self.call.tell_progress(_EVENTS[event], self.leg, self.target.status_callback, params)


def place_child(call: LiveCall, target: DialNumber, caller_id: str) -> Child:
    now = call.clock.now()
    leg = Leg(
        sid=call.sids.new("CA"),
        account_sid=call.line.account_sid,
        from_=caller_id,
        to=target.e164,
        direction="outbound-dial",
        created=now,
        updated=now,
        status="initiated",
        parent_sid=call.leg.sid,
    )
    call.book.add_child(call.journal, leg)
    return Child(call=call, leg=leg, target=target, callee=call.callees.of(target.e164))

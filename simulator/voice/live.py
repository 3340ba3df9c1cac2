"""A call while it lasts: the caller's patience, the state of the line, and the ways to reach the customer."""

from simulator.clock import Clock
from simulator.directory import Line
from simulator.sids import Sids
from simulator.voice.mail import CallMail
from simulator.voice.params import call_params, progress_params
from simulator.voice.record import CallBook, Journal, Leg
from simulator.voice.script import Callees, CallScript
from simulator.voice.twiml import TwimlError, parse
from simulator.voice.verbs import NOTHING, Document
from simulator.webhooks.letters import Letter, Receipt
from simulator.webhooks.steps import Step

_XML = frozenset({"text/xml", "application/xml", "text/html"})


class CallerHungUpError(Exception):
    """The caller's patience, `hangs_up_after`, is over."""


class LiveCall:
    def __init__(
        self,
        *,
        book: CallBook,
        journal: Journal,
        script: CallScript,
        line: Line,
        mail: CallMail,
        clock: Clock,
        sids: Sids,
    ) -> None:
        self.book = book
        self.journal = journal
        self.leg = journal.leg
        self.script = script
        self.line = line
        self.mail = mail
        self.clock = clock
        self.sids = sids
        self.callees = Callees(script.callees)
        self.elapsed = 0.0
        """Call seconds since the first ring. Waiting alone makes them pass: a slow customer changes no outcome."""
        self.dialled = False
        self._answered_at: float | None = None

    async def wait(self, seconds: float) -> None:
        """Let call seconds pass, or as many as the caller has patience for."""
        patience = self.script.hangs_up_after
        lasts = seconds if patience is None else min(seconds, max(patience - self.elapsed, 0.0))
        await self.clock.pass_seconds(lasts)
        self.elapsed += lasts
        if lasts < seconds:
            raise CallerHungUpError

    def answer(self) -> None:
        """Twilio picks up; from now on the call counts as answered, whoever or whatever is heard."""
        if self._answered_at is None and not self.leg.ended:
            self._answered_at = self.elapsed
            self.leg.status = "in-progress"
            self.leg.updated = self.clock.now()

    @property
    def answered(self) -> bool:
        return self._answered_at is not None

    def end(self, status: str) -> None:
        since = self._answered_at
        duration = None if since is None else round(self.elapsed - since)
        self.leg.end(status, self.clock.now(), duration)

    def letter(self, step: Step, url: str, params: dict[str, str]) -> Letter:
        return Letter(step=step, url=url, params=params, token=self.line.token)

    async def fetch(
        self, step: Step, url: str, extra: dict[str, str] | None = None, *, leg_params: dict[str, str] | None = None
    ) -> Document:
        """Ask the customer what to do next. Held for the shuffle it is answered too late: the call ends."""
        params = (leg_params or call_params(self.leg, self.script)) | (extra or {})
        letter = self.letter(step, url, params)
        if self.mail.holds(letter):
            self.mail.tell(letter)
            return NOTHING
        return _document(await self.mail.ask(letter), url)

    def tell_progress(self, step: Step, leg: Leg, url: str, params: dict[str, str]) -> None:
        self.mail.tell(self.letter(step, url, params | progress_params(leg, self.clock.now())))


def _document(receipt: Receipt, url: str) -> Document:
    if not receipt.ok:
        raise TwimlError(11200, f"no usable answer to {receipt.step}: HTTP {receipt.status or 'nothing'}")
    if receipt.content_type not in _XML:
        raise TwimlError(12300, f"the answer to {receipt.step} is {receipt.content_type}, not XML")
    return parse(receipt.body, url)

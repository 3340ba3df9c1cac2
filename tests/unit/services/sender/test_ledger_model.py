"""The ledger against a small Twilio: senders that die or oversleep at any step, answers lost, callbacks late and twice.

Two promises hold in every run: no text is posted again once Twilio may have it, and none is in a state that nobody
knows of.
"""

from dataclasses import dataclass
from datetime import timedelta

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, consumes, invariant, precondition, rule

from schemas.reasons import Reason
from schemas.texts import KnownBy, Ruling
from services.sender.delivery import Delivery
from services.sender.entry import Claim, State
from services.sender.evidence import (
    Accepted,
    Claimed,
    DeadlinePassed,
    Evidence,
    LeaseLost,
    Looked,
    Overdue,
    Receipt,
    Refused,
    Ruled,
    Unanswered,
    Unsent,
    Withdrawn,
)
from services.sender.ledger import take
from tests.unit.services.sender.samples import CLAIM, NOW, intent, text

NOBODYS = "SM of nobody"
LEASE = CLAIM.until - NOW
KNOWN = {State.ACCEPTED, State.FAILED, State.PARKED, State.CANCELLED}


@dataclass(frozen=True)
class Sender:
    """A process that holds a claim. It may be dead, or asleep for as long as it likes, at any of its steps."""

    token: str


class OneText(RuleBasedStateMachine):
    """Whatever a sender learned reaches the ledger late, twice, or never: `reports` holds what is on its way."""

    holders = Bundle("holders")
    reports = Bundle("reports")

    def __init__(self) -> None:
        super().__init__()
        self.now = NOW
        self.entry = intent()
        self.claims = 0
        self.at_twilio: list[str] = []
        self.maybe_sent_before_claim = False

    def hear(self, fact: Evidence) -> None:
        self.entry = take(self.entry, fact)

    @precondition(lambda self: self.entry.state is State.INTENT)
    @rule(target=holders)
    def a_sender_claims_it(self) -> Sender:
        self.claims += 1
        self.maybe_sent_before_claim |= bool(self.at_twilio)
        token = f"claim {self.claims}"
        self.hear(Claimed(claim=Claim(token=token, until=self.now + LEASE), at=self.now))
        return Sender(token)

    @rule(holder=consumes(holders))
    def its_sender_dies_before_the_post(self, holder: Sender) -> None:
        pass

    @rule(target=reports, holder=consumes(holders), retry_in=st.sampled_from([0, 5, 3600]))
    def nothing_can_have_been_sent(self, holder: Sender, retry_in: int) -> Evidence:
        again_at = self.now + timedelta(seconds=retry_in)
        return Unsent(token=holder.token, reason=Reason.BUSY, again_at=again_at)

    @rule(target=reports, holder=consumes(holders))
    def twilio_refuses_it(self, holder: Sender) -> Evidence:
        return Refused(token=holder.token, reason=Reason.NUMBER_UNREACHABLE, error_code=21211)

    @rule(target=reports, holder=consumes(holders))
    def twilio_takes_it_and_says_so(self, holder: Sender) -> Evidence:
        """Also a sender that overslept its lease right before the POST: the others have left the text alone."""
        return Accepted(message_sid=self.twilio_takes_it(holder))

    @rule(target=reports, holder=consumes(holders))
    def twilio_takes_it_and_names_what_never_was(self, holder: Sender) -> Evidence:
        self.twilio_takes_it(holder)
        return Accepted(message_sid=NOBODYS)

    @rule(target=reports, holder=consumes(holders))
    def twilio_takes_it_and_the_answer_is_lost(self, holder: Sender) -> Evidence:
        self.twilio_takes_it(holder)
        return Unanswered(token=holder.token)

    @rule(target=reports, holder=consumes(holders))
    def twilio_breaks_without_taking_it(self, holder: Sender) -> Evidence:
        return Unanswered(token=holder.token)

    @rule(report=reports)
    def a_report_is_written_down(self, report: Evidence) -> None:
        """Not consumed: a writer that did not hear the store's answer writes again, whenever."""
        self.hear(report)

    @rule(report=consumes(reports))
    def a_report_is_lost_with_its_sender(self, report: Evidence) -> None:
        pass

    @precondition(lambda self: self.at_twilio)
    @rule(delivery=st.sampled_from(Delivery))
    def a_callback_comes(self, delivery: Delivery) -> None:
        self.hear(Receipt(message_sid=self.at_twilio[0], delivery=delivery))

    @precondition(lambda self: self.at_twilio)
    @rule(delivery=st.sampled_from(Delivery), known_by=st.sampled_from([KnownBy.LIST, KnownBy.STATUS]))
    def twilio_shows_it_when_asked(self, delivery: Delivery, known_by: KnownBy) -> None:
        self.hear(Receipt(message_sid=self.at_twilio[0], delivery=delivery, known_by=known_by))

    @precondition(lambda self: self.entry.message_sid == NOBODYS and self.entry.rival_sid)
    @rule(delivery=st.sampled_from(Delivery))
    def twilio_denies_what_never_was_and_has_what_a_callback_named(self, delivery: Delivery) -> None:
        sid = self.entry.rival_sid or ""
        self.hear(Receipt(message_sid=sid, delivery=delivery, known_by=KnownBy.STATUS, instead_of=NOBODYS))
        assert self.entry.message_sid == self.at_twilio[0]

    @rule(look=st.integers(1, 3), last=st.booleans())
    def twilio_is_asked_and_shows_nothing(self, *, look: int, last: bool) -> None:
        """It lags, or it lies, or there is nothing: none of it is proof."""
        self.hear(Looked(look=look, again_at=None if last else self.now + LEASE))

    @rule(patience=st.sampled_from([timedelta(), LEASE, timedelta(days=1)]))
    def somebody_looks_whether_all_patience_is_over(self, patience: timedelta) -> None:
        self.hear(DeadlinePassed(claimed_by=self.now - patience, given_up_by=self.now - 7 * patience))

    @precondition(lambda self: self.at_twilio)
    @rule()
    def a_person_rules_that_twilio_has_it(self) -> None:
        self.hear(Ruled(ruling=Ruling(by="ann", because="seen in the console"), message_sid=self.at_twilio[0]))

    @precondition(lambda self: self.entry.state is State.POSTING)
    @rule(short=st.booleans())
    def somebody_looks_whether_its_lease_is_over(self, *, short: bool) -> None:
        self.now += LEASE - timedelta(seconds=1) if short else LEASE
        self.hear(LeaseLost(at=self.now))

    @rule(by=st.sampled_from([timedelta(days=-1), timedelta(seconds=-90), timedelta(seconds=90), timedelta(days=1)]))
    def the_clock_jumps(self, by: timedelta) -> None:
        self.now += by

    @rule()
    def somebody_looks_whether_its_time_is_over(self) -> None:
        self.hear(Overdue(at=self.now))

    @precondition(lambda self: self.claims > 1)
    @rule()
    def its_time_runs_out(self) -> None:
        self.now = max(self.now, text().expires_at)
        self.hear(Overdue(at=self.now))

    @precondition(lambda self: self.claims > 0)
    @rule()
    def compliance_takes_it_back(self) -> None:
        self.hear(Withdrawn())

    def twilio_takes_it(self, holder: Sender) -> str:
        self.at_twilio.append(f"SM of {holder.token}")
        return self.at_twilio[-1]

    @invariant()
    def nobody_is_texted_twice(self) -> None:
        assert len(self.at_twilio) <= 1

    @invariant()
    def what_twilio_may_have_is_never_claimed_again(self) -> None:
        assert not self.maybe_sent_before_claim

    @invariant()
    def what_is_said_not_to_be_sent_was_not_sent(self) -> None:
        assert self.entry.state not in (State.FAILED, State.CANCELLED) or not self.at_twilio

    def teardown(self) -> None:
        """Once all leases and times are over, it is known what became of it, or known that it is not known."""
        end = max(self.now, NOW, text().expires_at) + timedelta(days=100)
        self.hear(LeaseLost(at=end))
        self.hear(Overdue(at=end))
        self.hear(DeadlinePassed(claimed_by=end, given_up_by=end))
        assert self.entry.state in KNOWN
        assert self.entry.reason is not None or self.entry.state is State.CANCELLED


TestOneText = OneText.TestCase
TestOneText.settings = settings(max_examples=500, stateful_step_count=25)

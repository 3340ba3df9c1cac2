"""The ledger's transitions, as a table: where a text stands, what is heard, where it stands then."""

from datetime import UTC, datetime, timedelta

import pytest

from schemas.reasons import Reason
from schemas.texts import KnownBy, Ruling
from services.sender.delivery import Delivery
from services.sender.entry import Claim, Entry, State
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
from services.sender.ledger import contradicts, take
from tests.unit.services.sender.samples import CLAIM, NOW, OTHER_SID, SID, intent, text

SOON = NOW + timedelta(seconds=5)
LEASE_OVER = CLAIM.until
EXPIRED = text().expires_at

POSTING = take(intent(), Claimed(claim=CLAIM, at=NOW))
RULING = Ruling(by="ann", because="Twilio's support looked")
UNSURE = take(POSTING, Unanswered(token="mine"))
LOOKED_FOR = take(UNSURE, Looked(look=9, again_at=None))
NEVER = datetime.min.replace(tzinfo=UTC)
STANDING = {
    State.INTENT: intent(),
    State.POSTING: POSTING,
    State.UNSURE: UNSURE,
    State.PARKED: take(LOOKED_FOR, DeadlinePassed(claimed_by=NOW, given_up_by=NEVER)),
    State.ACCEPTED: take(POSTING, Accepted(message_sid=SID)),
    State.FAILED: take(POSTING, Refused(token="mine", reason=Reason.REFUSED)),
    State.CANCELLED: take(intent(), Withdrawn()),
}
# A message that answer or callback had named besides, when Twilio was asked and knew no other.
DENIED = Receipt(message_sid=OTHER_SID, delivery=Delivery.DELIVERED, known_by=KnownBy.STATUS, instead_of=SID)
SENT = take(STANDING[State.ACCEPTED], Receipt(message_sid=SID, delivery=Delivery.SENT))
FACTS: dict[str, Evidence] = {
    "claimed": Claimed(claim=Claim(token="other", until=LEASE_OVER), at=NOW),
    "accepted": Accepted(message_sid=SID),
    "receipt": Receipt(message_sid=SID, delivery=Delivery.SENT),
    "refused": Refused(token="mine", reason=Reason.REFUSED, error_code=21211),
    "unsent": Unsent(token="mine", reason=Reason.BUSY, again_at=SOON),
    "unsent, too late to try again": Unsent(token="mine", reason=Reason.BUSY, again_at=EXPIRED),
    "unanswered": Unanswered(token="mine"),
    "lease over": LeaseLost(at=LEASE_OVER),
    "lease not over": LeaseLost(at=SOON),
    "expired": Overdue(at=EXPIRED),
    "not expired": Overdue(at=SOON),
    "withdrawn": Withdrawn(),
    "asked, and nothing seen": Looked(look=1, again_at=SOON),
    "asked for the last time": Looked(look=9, again_at=None),
    "patience over, and looks to come": DeadlinePassed(claimed_by=NOW, given_up_by=NOW - timedelta(seconds=1)),
    "given up": DeadlinePassed(claimed_by=NOW, given_up_by=NOW),
    "ruled to be there": Ruled(ruling=RULING, message_sid=SID),
    "ruled never to have been": Ruled(ruling=RULING, message_sid=None),
    "refused under a lost claim": Refused(token="old", reason=Reason.REFUSED),
    "unsent under a lost claim": Unsent(token="old", reason=Reason.BUSY, again_at=SOON),
    "unanswered under a lost claim": Unanswered(token="old"),
}
# What is not named here leaves the state as it is.
MOVES: dict[State, dict[str, State]] = {
    State.INTENT: {
        "claimed": State.POSTING,
        "accepted": State.ACCEPTED,
        "receipt": State.ACCEPTED,
        "expired": State.FAILED,
        "withdrawn": State.CANCELLED,
    },
    State.POSTING: {
        "accepted": State.ACCEPTED,
        "receipt": State.ACCEPTED,
        "refused": State.FAILED,
        "unsent": State.INTENT,
        "unsent, too late to try again": State.FAILED,
        "unanswered": State.UNSURE,
        "lease over": State.UNSURE,
    },
    State.UNSURE: {
        "accepted": State.ACCEPTED,
        "receipt": State.ACCEPTED,
        "refused": State.FAILED,
        "unsent": State.INTENT,
        "unsent, too late to try again": State.FAILED,
        "given up": State.PARKED,
    },
    State.PARKED: {
        "accepted": State.ACCEPTED,
        "receipt": State.ACCEPTED,
        "refused": State.FAILED,
        "unsent": State.FAILED,
        "unsent, too late to try again": State.FAILED,
        "ruled to be there": State.ACCEPTED,
        "ruled never to have been": State.FAILED,
    },
    State.ACCEPTED: {},
    State.FAILED: {},
    State.CANCELLED: {},
}


@pytest.mark.parametrize("fact", FACTS)
@pytest.mark.parametrize("state", list(State))
def test_each_fact_moves_each_state_as_the_table_says(state: State, fact: str) -> None:
    after = take(STANDING[state], FACTS[fact])
    assert after.state is MOVES[state].get(fact, state)


@pytest.mark.parametrize("fact", FACTS)
@pytest.mark.parametrize("state", list(State))
def test_a_fact_heard_twice_changes_nothing_the_second_time(state: State, fact: str) -> None:
    once = take(STANDING[state], FACTS[fact])
    assert take(once, FACTS[fact]) == once


def test_whatever_is_not_settled_has_a_time_at_which_somebody_looks_again() -> None:
    """What is accepted, too, until its end is told; what is parked waits for a person."""
    due = {state: entry.due_at for state, entry in STANDING.items() if entry.due_at}
    assert due == {State.INTENT: NOW, State.POSTING: CLAIM.until, State.UNSURE: NOW, State.ACCEPTED: NOW}


def test_nobody_asks_any_more_once_the_end_of_a_text_is_told() -> None:
    assert take(POSTING, Receipt(message_sid=SID, delivery=Delivery.DELIVERED)).due_at is None


@pytest.mark.parametrize("before", [POSTING, UNSURE])
def test_a_text_taken_back_while_it_is_in_hand_is_not_tried_a_second_time(before: Entry) -> None:
    assert take(take(before, Withdrawn()), FACTS["unsent"]).state is State.CANCELLED


def test_a_sender_that_overslept_and_posted_nothing_gives_its_text_back() -> None:
    """It alone could have posted it, so what others took for unsure is known again."""
    overslept = take(POSTING, FACTS["lease over"])
    held_back = Unsent(token="mine", reason=Reason.EXPIRED, again_at=SOON)
    again = take(overslept, held_back)
    assert (again.state, again.reason, again.claim) == (State.INTENT, Reason.EXPIRED, None)
    assert take(again, held_back) == again


def test_a_text_taken_back_while_it_is_posted_is_accepted_where_twilio_has_it() -> None:
    assert take(take(POSTING, Withdrawn()), FACTS["accepted"]).state is State.ACCEPTED


def test_a_text_that_waited_for_twilio_fails_for_what_it_waited_for() -> None:
    waited = take(take(POSTING, FACTS["unsent"]), Overdue(at=EXPIRED))
    assert (waited.state, waited.reason) == (State.FAILED, Reason.BUSY)


def test_out_of_time_at_the_last_look_it_fails_for_what_it_waited_for() -> None:
    again = take(take(POSTING, FACTS["unsent"]), Claimed(claim=CLAIM, at=NOW))
    assert take(again, Refused(token="mine", reason=Reason.EXPIRED)).reason is Reason.BUSY


def test_a_text_that_nobody_came_to_fails_as_expired() -> None:
    assert take(intent(), Overdue(at=EXPIRED)).reason is Reason.EXPIRED


def test_a_sender_that_died_and_an_answer_that_never_came_are_told_apart() -> None:
    assert take(POSTING, FACTS["lease over"]).reason is Reason.CLAIM_LOST
    assert UNSURE.reason is Reason.NO_ANSWER_FROM_TWILIO


@pytest.mark.parametrize(
    ("entry", "deadline", "state"),
    [
        pytest.param(LOOKED_FOR, DeadlinePassed(claimed_by=NOW, given_up_by=NEVER), State.PARKED, id="no look to come"),
        pytest.param(UNSURE, DeadlinePassed(claimed_by=NOW, given_up_by=NEVER), State.UNSURE, id="never looked for"),
        pytest.param(UNSURE, DeadlinePassed(claimed_by=NOW, given_up_by=NOW), State.PARKED, id="nobody to ask"),
        pytest.param(
            LOOKED_FOR,
            DeadlinePassed(claimed_by=NOW - timedelta(seconds=1), given_up_by=NEVER),
            State.UNSURE,
            id="too early",
        ),
    ],
)
def test_a_text_is_parked_when_its_looks_are_over_and_not_because_nobody_looked(
    entry: Entry, deadline: DeadlinePassed, state: State
) -> None:
    """Else a weekend without a sender would park what one look would have found."""
    assert take(entry, deadline).state is state


def test_a_late_sent_never_overwrites_delivered() -> None:
    delivered = take(UNSURE, Receipt(message_sid=SID, delivery=Delivery.DELIVERED))
    assert take(delivered, FACTS["receipt"]).delivery is Delivery.DELIVERED


def test_an_error_code_once_known_is_never_erased() -> None:
    failed = take(POSTING, Receipt(message_sid=SID, delivery=Delivery.UNDELIVERED, error_code=30003))
    for later in (FACTS["receipt"], FACTS["accepted"], Receipt(message_sid=SID, delivery=Delivery.FAILED)):
        failed = take(failed, later)
    assert (failed.delivery, failed.error_code) == (Delivery.UNDELIVERED, 30003)


@pytest.mark.parametrize(
    ("entry", "fact"),
    [
        pytest.param(STANDING[State.FAILED], FACTS["receipt"], id="a receipt for what was known not to be sent"),
        pytest.param(STANDING[State.CANCELLED], FACTS["accepted"], id="an answer for what was taken back"),
        pytest.param(SENT, Receipt(message_sid=OTHER_SID, delivery=Delivery.FAILED), id="another message's"),
        pytest.param(SENT, Accepted(message_sid=OTHER_SID), id="an answer that names another message"),
    ],
)
def test_evidence_against_what_is_known_changes_nothing_and_is_seen(entry: Entry, fact: Evidence) -> None:
    assert take(entry, fact) == entry
    assert contradicts(entry, fact)


@pytest.mark.parametrize(
    "rival",
    [Receipt(message_sid=OTHER_SID, delivery=Delivery.DELIVERED), Accepted(message_sid=OTHER_SID)],
    ids=["callback", "answer"],
)
def test_another_sid_is_seen_and_remembered_until_twilio_denies_the_first(rival: Evidence) -> None:
    """Whichever of answer and callback came first: which of the two is right, only Twilio can tell."""
    accepted = STANDING[State.ACCEPTED]
    doubted = take(accepted, rival)
    assert contradicts(accepted, rival)
    assert (doubted.state, doubted.message_sid, doubted.delivery) == (State.ACCEPTED, SID, None)
    assert not contradicts(doubted, DENIED)
    settled = take(doubted, DENIED)
    assert (settled.message_sid, settled.delivery, settled.due_at) == (OTHER_SID, Delivery.DELIVERED, None)
    assert take(settled, DENIED) == settled
    assert take(settled, FACTS["receipt"]) == settled


@pytest.mark.parametrize(
    "entry",
    [
        pytest.param(STANDING[State.ACCEPTED], id="that nobody else had named"),
        pytest.param(take(SENT, Accepted(message_sid=OTHER_SID)), id="while Twilio had reported on the first"),
        pytest.param(STANDING[State.FAILED], id="of what was known not to be sent"),
    ],
)
def test_no_text_takes_another_sid(entry: Entry) -> None:
    assert take(entry, DENIED).message_sid == entry.message_sid
    assert contradicts(entry, DENIED)


@pytest.mark.parametrize("state", [State.INTENT, State.POSTING, State.UNSURE, State.PARKED])
def test_evidence_that_settles_is_no_contradiction(state: State) -> None:
    assert not contradicts(STANDING[state], FACTS["receipt"])

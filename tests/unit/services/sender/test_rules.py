"""The last look, and what answers are evidence of."""

from datetime import timedelta
from typing import Any

import pytest

from schemas.businesses import Status
from schemas.controls import Texting
from schemas.reasons import Reason
from schemas.texts import Purpose
from services.sender.errors import Answer, Created, Denied, NoAnswer, NotConnected
from services.sender.evidence import Accepted, Evidence, Refused, Unanswered, Unsent
from services.sender.rules import Drop, Hold, Look, Post, evidence_of, last_look
from tests.unit.services.sender.samples import NOW, SID, entitled, sight, text

WAIT = timedelta(seconds=1)
IN_TIME = text().expires_at


@pytest.mark.parametrize(
    ("seen", "look"),
    [
        pytest.param({}, Post(validity_seconds=1200), id="nothing forbids it"),
        pytest.param({"now": IN_TIME - timedelta(seconds=7.9)}, Post(validity_seconds=7), id="never past its time"),
        pytest.param({"now": IN_TIME - timedelta(seconds=0.9)}, Drop(reason=Reason.EXPIRED), id="under a second left"),
        pytest.param({"now": IN_TIME + timedelta(hours=1)}, Drop(reason=Reason.EXPIRED), id="expired"),
        pytest.param({"opted_out": True}, Drop(reason=Reason.OPTED_OUT), id="opted out"),
        pytest.param({"opted_out": True, "blind": True}, Hold(reason=Reason.EXPIRED), id="a blind view proves nothing"),
        pytest.param({"blind": True}, Hold(reason=Reason.EXPIRED), id="consents not loaded, or too old"),
        pytest.param({"claim_old": True}, Hold(reason=Reason.EXPIRED), id="the lease may be over before the answer"),
        pytest.param({"texting": Texting.PAUSED}, Hold(reason=Reason.PAUSED), id="paused"),
        pytest.param({"texting": Texting.SHADOW}, Drop(reason=Reason.SHADOWED), id="shadow: everything but the POST"),
        pytest.param(
            {"texting": Texting.PAUSED, "opted_out": True}, Drop(reason=Reason.OPTED_OUT), id="paused and opted out"
        ),
        pytest.param({"entitlement": None}, Drop(reason=Reason.BUSINESS_UNKNOWN), id="unknown business"),
        pytest.param({"entitlement": entitled(Status.SUSPENDED)}, Drop(reason=Reason.SUSPENDED), id="suspended"),
        pytest.param({"entitlement": entitled(Status.CANCELLED)}, Drop(reason=Reason.CANCELLED), id="cancelled"),
        pytest.param({"entitlement": entitled(Status.TERMINATED)}, Drop(reason=Reason.TERMINATED), id="terminated"),
        pytest.param({"entitlement": entitled(Status.TRIAL)}, Post(validity_seconds=1200), id="in the trial"),
        pytest.param(
            {"entitlement": entitled(Status.TRIAL).model_copy(update={"trial_ends_at": NOW})},
            Drop(reason=Reason.TRIAL_OVER),
            id="the trial ends this moment",
        ),
    ],
)
def test_the_last_look(seen: dict[str, Any], look: Look) -> None:
    assert last_look(text(), sight(**seen)) == look


@pytest.mark.parametrize(
    ("purpose", "goes"),
    [
        (Purpose.MISSED_CALL, False),
        (Purpose.OPT_OUT_CONFIRMATION, True),
        (Purpose.HELP, True),
        (Purpose.OPT_IN_CONFIRMATION, False),
        (Purpose.FORWARDED_REPLY, False),
        (Purpose.TEST, False),
    ],
)
def test_who_opted_out_gets_nothing_but_the_answers_they_are_owed(purpose: Purpose, goes: bool) -> None:  # noqa: FBT001
    look = last_look(text(purpose=purpose), sight(opted_out=True))
    assert isinstance(look, Post) is goes


def test_twilio_is_never_asked_for_more_than_its_longest_validity() -> None:
    look = last_look(text(expires_at=NOW + timedelta(days=3)), sight())
    assert look == Post(validity_seconds=36_000)


@pytest.mark.parametrize(
    ("answer", "evidence"),
    [
        pytest.param(Created(message_sid=SID), Accepted(message_sid=SID), id="created"),
        pytest.param(NoAnswer(), Unanswered(token="mine"), id="no answer"),
        pytest.param(Denied(status=500), Unanswered(token="mine"), id="500"),
        pytest.param(
            Denied(status=400, code=21610),
            Refused(token="mine", reason=Reason.RECIPIENT_OPTED_OUT, error_code=21610),
            id="opted out",
        ),
        pytest.param(NotConnected(), Unsent(token="mine", reason=Reason.EXPIRED, again_at=NOW + WAIT), id="away"),
        pytest.param(
            Denied(status=429, retry_after=9),
            Unsent(token="mine", reason=Reason.BUSY, again_at=NOW + timedelta(seconds=9)),
            id="429 that says how long",
        ),
        pytest.param(
            Denied(status=429, code=20429, retry_after=0.1),
            Unsent(token="mine", reason=Reason.BUSY, again_at=NOW + WAIT),
            id="429 that asks for less than our own backoff",
        ),
        pytest.param(
            Denied(status=401, code=20003),
            Unsent(token="mine", reason=Reason.ACCOUNT_HALTED, again_at=NOW + WAIT),
            id="the account is refused",
        ),
    ],
)
def test_what_an_answer_is_evidence_of(answer: Answer, evidence: Evidence) -> None:
    assert evidence_of(answer, token="mine", now=NOW, wait=WAIT) == evidence

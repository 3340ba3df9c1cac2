"""A webhook belongs to one business: by our query, else by the number that was called; never across accounts."""

from __future__ import annotations

import pytest

from schemas.directory import Directory
from services.ingest.owners import Owners
from services.ingest.refusals import Refusal, Refused
from services.ingest.webhook import Webhook
from tests.unit.services.ingest.webhooks import (
    CHILD_ENDED,
    IDENTITIES,
    ISSUED,
    NUMBER,
    OTHER_ACCOUNT,
    PHONE,
    VOICE,
    business,
    webhook,
)


def owners(*, ready: bool = True, fresh: bool = True) -> Owners:
    directory = Directory()
    for one in (business(), business("b2", account_sid=OTHER_ACCOUNT, numbers=("+14155550198",))):
        directory.change(one.business_id, one)
    return Owners(directory=directory, ready=lambda: ready, fresh=lambda: fresh, identities=IDENTITIES)


@pytest.mark.parametrize(
    "of",
    [
        pytest.param(webhook(VOICE), id="by the number called"),
        pytest.param(webhook(VOICE, To="(415) 555-0199"), id="by the number called, written otherwise"),
        pytest.param(webhook(CHILD_ENDED, ISSUED), id="by our query, where the number called is the phone's"),
    ],
)
def test_the_owner_is_found(of: Webhook) -> None:
    assert owners().owner(of).business_id == "b1"


@pytest.mark.parametrize(
    ("of", "refusal"),
    [
        pytest.param(webhook(VOICE, To="+14155550000"), Refusal.NUMBER_UNKNOWN, id="a number that is not connected"),
        pytest.param(webhook(VOICE, To="sip:x"), Refusal.FIELD_MISSING, id="no number"),
        pytest.param(webhook(VOICE, To="+14155550198"), Refusal.ACCOUNT_MISMATCH, id="another account's number"),
        pytest.param(webhook(VOICE, {"business": "b2"}), Refusal.ACCOUNT_MISMATCH, id="another account's business"),
        pytest.param(webhook(VOICE, {"business": "b3"}), Refusal.BUSINESS_UNKNOWN, id="nobody's business"),
        pytest.param(webhook(VOICE, {"business": ""}), Refusal.QUERY_INCOMPLETE, id="an empty business"),
    ],
)
def test_without_an_owner_of_its_account_a_webhook_is_refused(of: Webhook, refusal: Refusal) -> None:
    with pytest.raises(Refused) as refused:
        owners().owner(of)
    assert refused.value.refusal is refusal
    assert not {NUMBER, PHONE, "+14155550198", "+14155550000"} & {refused.value.about}


def test_while_the_businesses_are_not_loaded_no_number_is_unknown() -> None:
    with pytest.raises(Refused) as refused:
        owners(ready=False).owner(webhook(VOICE, To="+14155550000"))
    assert refused.value.refusal is Refusal.NOT_READY


@pytest.mark.parametrize("of", [webhook(VOICE, To="+14155550000"), webhook(VOICE, {"business": "b3"})])
def test_who_is_not_in_an_old_view_may_exist_so_twilio_is_asked_to_come_again(of: Webhook) -> None:
    with pytest.raises(Refused) as refused:
        owners(fresh=False).owner(of)
    assert refused.value.refusal is Refusal.NOT_READY
    assert owners(fresh=False).owner(webhook(VOICE)).business_id == "b1"

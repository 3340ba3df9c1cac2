"""What a trace tells of a text: what was tried, what was seen, and what settled it."""

from __future__ import annotations

from typing import Any

import pytest

from schemas.reasons import Reason
from schemas.texts import KnownBy, Ruling, TextState
from services.audit.facts import facts
from services.audit.fates import fate
from tests.unit.services.audit.records import dispatched

RULING = Ruling(by="ann", because="Twilio's support looked")
SEEN = {"state": TextState.ACCEPTED, "message_sid": "SM1"}
UNSURE = {"state": TextState.UNSURE, "reason": Reason.NO_ANSWER_FROM_TWILIO}
PARKED = {"state": TextState.PARKED, "reason": Reason.NEVER_SEEN, "known_by": KnownBy.DEADLINE, "text_id": "t1"}
RULED = {"reason": Reason.RULED, "known_by": KnownBy.RULING, "ruling": RULING}
TOLD: list[tuple[dict[str, Any], str]] = [
    (
        {**UNSURE, "attempts": 1},
        "it was posted to Twilio; no answer came, and it may have been sent",
    ),
    (
        {**UNSURE, "attempts": 3},
        "it was posted to Twilio (attempt 3; those before sent nothing); no answer came, and it may have been sent",
    ),
    (
        {**UNSURE, "reason": Reason.CLAIM_LOST},
        "its sender did not say whether it posted it, and it may have been sent",
    ),
    ({**SEEN, "known_by": KnownBy.ANSWER, "attempts": 1}, "Twilio's answer says that it took it, as SM1"),
    (
        {**SEEN, "known_by": KnownBy.ANSWER, "attempts": 2},
        "Twilio's answer says that it took it, as SM1 (attempt 2; those before sent nothing)",
    ),
    (
        {**SEEN, "known_by": KnownBy.CALLBACK},
        "a status callback with our text id shows that Twilio has it, as SM1",
    ),
    (
        {**SEEN, "known_by": KnownBy.CALLBACK, "looks": 2},
        "a status callback with our text id shows that Twilio has it, as SM1; its list was looked at 2 times before",
    ),
    ({**SEEN, "known_by": KnownBy.LIST, "looks": 1}, "Twilio's list was looked at once, and there it stood, as SM1"),
    ({**SEEN, "known_by": KnownBy.LIST, "looks": 3}, "Twilio's list was looked at 3 times, and there it stood, as SM1"),
    ({**SEEN}, "Twilio took the text"),
    (
        {**PARKED, "looks": 9},
        (
            "nobody saw it at Twilio before the deadline: no callback came, its list was looked at 9 times;"
            " rule with `missedcall texts rule t1`"
        ),
    ),
    (
        PARKED,
        (
            "nobody saw it at Twilio before the deadline: no callback came, its list could not be looked at;"
            " rule with `missedcall texts rule t1`"
        ),
    ),
    ({**SEEN, **RULED}, "ann ruled that Twilio has it, as SM1, because: Twilio's support looked"),
    (
        {**RULED, "state": TextState.FAILED},
        "ann ruled that it was not sent, because: Twilio's support looked",
    ),
    (
        {"state": TextState.FAILED, "reason": Reason.BUSY, "attempts": 4},
        "Twilio asked to wait, and the text's time ran out (4 attempts)",
    ),
    (
        {"state": TextState.FAILED, "reason": Reason.RECIPIENT_OPTED_OUT, "error_code": 21610, "attempts": 1},
        "Twilio says that the recipient opted out (error 21610)",
    ),
    ({"state": TextState.SENT, "known_by": KnownBy.CALLBACK}, "as a status callback says"),
    (
        {"state": TextState.DELIVERED, "known_by": KnownBy.STATUS, "message_sid": "SM1"},
        "as Twilio says, asked about SM1",
    ),
    ({"state": TextState.DELIVERED, "known_by": KnownBy.LIST}, "as Twilio's list says"),
    (
        {
            "state": TextState.UNDELIVERED,
            "known_by": KnownBy.CALLBACK,
            "reason": Reason.CARRIER_FILTERED,
            "error_code": 30007,
        },
        "the carrier filtered the text, as a status callback says (error 30007)",
    ),
]


@pytest.mark.parametrize(("said", "told"), TOLD, ids=[told for _, told in TOLD])
def test_a_fate_is_told_by_what_was_tried_seen_and_settled_it(said: dict[str, Any], told: str) -> None:
    assert fate(dispatched(**said).data) == told


@pytest.mark.parametrize("known_by", [None, *KnownBy])
@pytest.mark.parametrize("state", TextState)
def test_whatever_is_known_by_whichever_way_has_its_sentence(state: TextState, known_by: KnownBy | None) -> None:
    assert fate(dispatched(state=state, known_by=known_by).data).strip()


def test_machines_get_the_same_as_fields() -> None:
    known: dict[str, Any] = {**RULED, "state": TextState.FAILED, "attempts": 2, "looks": 9}
    assert facts(dispatched(**known)) == {
        "text_id": dispatched().data.text_id,
        "purpose": "missed_call",
        "state": "failed",
        "reason": "ruled",
        "known_by": "ruling",
        "attempts": 2,
        "looks": 9,
        "ruling": {"by": "ann", "because": "Twilio's support looked"},
    }

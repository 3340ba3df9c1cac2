"""The error table, row by row."""

import pytest

from schemas.reasons import Reason
from services.sender.errors import CODES, Class, Denied, NoAnswer, NotConnected, NoToken, meaning_of, reason_of

ROWS = [
    ((20429,), Class.RETRY, Reason.BUSY),
    ((21611, 30001), Class.RETRY, Reason.QUEUE_FULL),
    ((20003, 30002, 63038), Class.HALT, Reason.ACCOUNT_HALTED),
    ((21211, 21612, 21614, 21635, 30004, 30005, 30006), Class.PERMANENT, Reason.NUMBER_UNREACHABLE),
    ((21408, 21606, 21608, 21703, 21704, 30032, 30034), Class.PERMANENT, Reason.CONFIGURATION),
    ((21602, 21617, 90007), Class.PERMANENT, Reason.OUR_BUG),
    ((21610,), Class.PERMANENT, Reason.RECIPIENT_OPTED_OUT),
    ((30003, 30008), Class.PERMANENT, Reason.HANDSET_UNREACHABLE),
    ((30007,), Class.PERMANENT, Reason.CARRIER_FILTERED),
    ((30036,), Class.PERMANENT, Reason.VALIDITY_EXPIRED),
    ((12345,), Class.PERMANENT, Reason.REFUSED),
]
EACH = [(code, of, reason) for codes, of, reason in ROWS for code in codes]


@pytest.mark.parametrize(("code", "of", "reason"), EACH)
def test_each_code_means_the_same_in_the_answer_and_in_the_callback(code: int, of: Class, reason: Reason) -> None:
    meaning = meaning_of(Denied(status=400, code=code))
    assert (meaning.of, meaning.reason) == (of, reason)
    assert reason_of(code) is reason


def test_every_code_of_the_table_is_tested() -> None:
    assert CODES.keys() == {code for code, _, _ in EACH} - {12345}


@pytest.mark.parametrize(
    ("answer", "of"),
    [
        pytest.param(Denied(status=429), Class.RETRY, id="429 without a code"),
        pytest.param(Denied(status=429, code=63038), Class.HALT, id="the daily cap is a 429 too"),
        pytest.param(Denied(status=401), Class.HALT, id="401 without a code"),
        pytest.param(Denied(status=404, code=20404), Class.PERMANENT, id="404 of Twilio's own"),
        pytest.param(Denied(status=404), Class.UNSURE, id="404 of whoever stands between"),
        pytest.param(Denied(status=408), Class.UNSURE, id="408: whoever stands between waited in vain"),
        pytest.param(Denied(status=500, code=20500), Class.UNSURE, id="500"),
        pytest.param(Denied(status=503), Class.UNSURE, id="503"),
        pytest.param(Denied(status=503, code=20429), Class.UNSURE, id="5xx proves nothing, whatever code it bears"),
        pytest.param(Denied(status=307), Class.UNSURE, id="a redirection that is not followed"),
        pytest.param(NoAnswer(), Class.UNSURE, id="no answer"),
        pytest.param(NotConnected(), Class.RETRY, id="no connection"),
        pytest.param(NoToken(), Class.HALT, id="no token"),
    ],
)
def test_without_a_known_code_the_status_decides(answer: Denied | NoAnswer | NotConnected | NoToken, of: Class) -> None:
    assert meaning_of(answer).of is of


def test_only_what_cannot_have_been_processed_is_tried_again() -> None:
    retried = {code for code in CODES if meaning_of(Denied(status=400, code=code)).of in (Class.RETRY, Class.HALT)}
    assert retried == {20429, 21611, 30001, 20003, 30002, 63038}


def test_a_text_that_arrived_nowhere_without_a_code_has_a_reason_all_the_same() -> None:
    assert reason_of(None) is Reason.REFUSED

"""Nobody gets in without a signature by the account that the form names."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from starlette.requests import Request

from runtime.secrets import SecretFolder
from services.ingest.admission import Admission
from services.ingest.refusals import Refusal, Refused
from tests.unit.services.ingest.webhooks import ACCOUNT, OLD_TOKEN, OTHER_ACCOUNT, PUBLIC, TOKEN, VOICE, signature

QUERY = "business=b1&conversation=c1_x"


@pytest.fixture
def admission(tmp_path: Path) -> Admission:
    (tmp_path / ACCOUNT).write_text(f"{TOKEN}\n{OLD_TOKEN}\n")
    (tmp_path / OTHER_ACCOUNT).write_text("u" * 32)
    return Admission(credentials=SecretFolder(tmp_path), public_url=PUBLIC)


def request(pairs: Iterable[tuple[str, str]], *, signed: str, query: str = QUERY) -> Request:
    """As it arrives behind a proxy: our host and scheme are not those that Twilio knows."""
    headers = {
        "content-type": "application/x-www-form-urlencoded",
        "host": "10.0.0.7:8080",
        "x-twilio-signature": signed,
    }

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": urlencode(list(pairs)).encode()}

    return Request(
        {
            "type": "http",
            "method": "POST",
            "scheme": "http",
            "path": "/twilio/voice",
            "query_string": query.encode(),
            "headers": [(name.encode(), value.encode()) for name, value in headers.items()],
        },
        receive,
    )


def signed_request(fields: dict[str, str], *, token: str = TOKEN, query: str = QUERY) -> Request:
    url = f"{PUBLIC}/twilio/voice" + (f"?{query}" if query else "")
    return request(fields.items(), signed=signature(token, url, fields.items()), query=query)


@pytest.mark.parametrize("token", [TOKEN, OLD_TOKEN])
async def test_either_token_of_a_rotation_lets_in_by_the_public_url(admission: Admission, token: str) -> None:
    webhook = await admission.admit(signed_request(VOICE, token=token))
    assert webhook.said == VOICE
    assert webhook.query == {"business": "b1", "conversation": "c1_x"}


async def test_a_url_without_a_query_is_signed_without_a_question_mark(admission: Admission) -> None:
    assert (await admission.admit(signed_request(VOICE, query=""))).query == {}


@pytest.mark.parametrize(
    "account",
    [
        pytest.param("AC" + "c" * 32, id="nobody's"),
        pytest.param("", id="none"),
        pytest.param("../" + ACCOUNT, id="a path"),
        pytest.param("A" * 5000, id="longer than a file name can be"),
        pytest.param("AC\N{DIGIT ONE}\N{SUPERSCRIPT TWO}", id="letters that are not ASCII"),
        pytest.param("AC\x00", id="a null character"),
    ],
)
async def test_an_account_without_credentials_is_refused(admission: Admission, account: str) -> None:
    with pytest.raises(Refused) as refused:
        await admission.admit(signed_request(VOICE | {"AccountSid": account}))
    assert refused.value.refusal is Refusal.ACCOUNT_UNKNOWN


async def test_an_account_cannot_sign_for_another(admission: Admission) -> None:
    with pytest.raises(Refused) as refused:
        await admission.admit(signed_request(VOICE | {"AccountSid": OTHER_ACCOUNT}))
    assert refused.value.refusal is Refusal.SIGNATURE_WRONG


async def test_naming_two_accounts_is_naming_none(admission: Admission) -> None:
    pairs = [*VOICE.items(), ("AccountSid", OTHER_ACCOUNT)]
    with pytest.raises(Refused) as refused:
        await admission.admit(request(pairs, signed=signature(TOKEN, f"{PUBLIC}/twilio/voice?{QUERY}", pairs)))
    assert refused.value.refusal is Refusal.ACCOUNT_UNKNOWN


async def test_a_token_that_is_rotated_out_lets_in_no_more(admission: Admission, tmp_path: Path) -> None:
    await admission.admit(signed_request(VOICE, token=OLD_TOKEN))
    beside = tmp_path / "beside"
    beside.write_text(TOKEN)
    beside.replace(tmp_path / ACCOUNT)
    with pytest.raises(Refused):
        await admission.admit(signed_request(VOICE, token=OLD_TOKEN))


async def test_a_query_that_is_no_utf8_is_refused_though_signed(admission: Admission) -> None:
    with pytest.raises(Refused) as refused:
        await admission.admit(signed_request(VOICE, query="business=%ff"))
    assert refused.value.refusal is Refusal.UNREADABLE

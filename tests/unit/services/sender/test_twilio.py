"""What the client knows of each POST: against servers that answer, refuse, hang, hang up and dawdle."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from runtime.secrets import SecretFolder
from services.sender.connections import Connections, Wire
from services.sender.errors import Answer, Created, Denied, NoAnswer, NotConnected, NoToken
from services.sender.twilio import Messages
from tests.unit.services.sender.fake_twilio import (
    CREATED,
    Behaviour,
    answering,
    dripping,
    half,
    hanging_up,
    listening,
    refusing,
    silent,
)
from tests.unit.services.sender.samples import SID, text

CONNECT_SECONDS = 0.3
READ_SECONDS = 0.4


@pytest.fixture
def tokens(tmp_path: Path) -> SecretFolder:
    (tmp_path / "AC1").write_text("first-token\nolder-token\n")
    return SecretFolder(tmp_path)


@pytest.fixture
async def connections() -> AsyncIterator[Connections]:
    own = Connections(connect_seconds=CONNECT_SECONDS, read_seconds=READ_SECONDS)
    yield own
    await own.close()


async def answer_of(url: str, tokens: SecretFolder, connections: Connections) -> Answer:
    messages = Messages(tokens, connections, public_url="https://calls.example/", base=url)
    return await messages.post(text(), Wire(), validity_seconds=600)


@pytest.mark.parametrize(
    ("behave", "answer"),
    [
        pytest.param(CREATED, Created(message_sid=SID), id="created"),
        pytest.param(refusing(400, 21610), Denied(status=400, code=21610), id="refused with a code"),
        pytest.param(
            refusing(429, 20429, "Retry-After: 7"), Denied(status=429, code=20429, retry_after=7), id="wait 7 s"
        ),
        pytest.param(answering("429 No", "slow down"), Denied(status=429), id="refused without a code"),
        pytest.param(refusing(500, 20500), Denied(status=500, code=20500), id="broken"),
        pytest.param(silent, NoAnswer(), id="never answers"),
        pytest.param(hanging_up, NoAnswer(), id="hangs up after the request"),
        pytest.param(half, NoAnswer(), id="hangs up in the middle of the answer"),
        pytest.param(dripping, NoAnswer(), id="answers too slowly to be waited for"),
        pytest.param(answering("201 Created", "not JSON"), NoAnswer(), id="an answer that cannot be read"),
        pytest.param(answering("201 Created", "{}"), NoAnswer(), id="an answer without a SID"),
        pytest.param(answering("307 Go", "{}", "Location: /elsewhere"), Denied(status=307), id="sent elsewhere"),
    ],
)
async def test_each_way_a_post_can_end_is_an_answer_and_posts_once_within_the_limits(
    behave: Behaviour, answer: Answer, tokens: SecretFolder, connections: Connections
) -> None:
    async with listening(behave) as fake:
        started = time.monotonic()
        assert await answer_of(fake.url, tokens, connections) == answer
        assert time.monotonic() - started < CONNECT_SECONDS + READ_SECONDS + 1
        assert len(fake.requests) == 1


async def test_a_refused_connection_sent_nothing(tokens: SecretFolder, connections: Connections) -> None:
    async with listening(CREATED) as fake:
        pass
    assert await answer_of(fake.url, tokens, connections) == NotConnected()


async def test_a_tls_handshake_that_fails_sent_nothing(tokens: SecretFolder, connections: Connections) -> None:
    async with listening(CREATED) as fake:
        assert await answer_of(fake.url.replace("http", "https"), tokens, connections) == NotConnected()
        assert fake.requests == []


async def test_a_name_that_does_not_exist_sent_nothing(tokens: SecretFolder, connections: Connections) -> None:
    assert await answer_of("http://twilio.invalid", tokens, connections) == NotConnected()


async def test_a_handshake_that_never_ends_is_given_up_in_time_and_sent_nothing(
    tokens: SecretFolder, connections: Connections
) -> None:
    """TLS to a server that says nothing: the limit for connecting holds for the handshake too."""

    async def mute(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()
        writer.close()

    server = await asyncio.start_server(mute, "127.0.0.1", 0)
    started = time.monotonic()
    url = f"https://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    assert await answer_of(url, tokens, connections) == NotConnected()
    assert time.monotonic() - started < CONNECT_SECONDS + 1
    server.close()


async def test_a_kept_connection_that_breaks_may_have_carried_the_request(
    tokens: SecretFolder, connections: Connections
) -> None:
    """The second POST goes over the first one's connection, and no library may repeat it by itself."""
    behaviours = iter([CREATED, hanging_up])

    async def changing(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await next(behaviours)(reader, writer)

    async with listening(changing) as fake:
        answers = [await answer_of(fake.url, tokens, connections) for _ in range(2)]
        assert answers == [Created(message_sid=SID), NoAnswer()]
        assert (fake.connections, len(fake.requests)) == (1, 2)


async def test_without_a_token_nothing_is_sent(tmp_path: Path, connections: Connections) -> None:
    async with listening(CREATED) as fake:
        assert await answer_of(fake.url, SecretFolder(tmp_path), connections) == NoToken()
        assert fake.connections == 0


async def test_a_region_in_the_environment_leads_to_no_other_host(
    tokens: SecretFolder, connections: Connections, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TWILIO_EDGE", "dublin")
    monkeypatch.setenv("TWILIO_REGION", "ie1")
    async with listening(CREATED) as fake:
        await answer_of(fake.url, tokens, connections)
        assert len(fake.requests) == 1


async def test_the_request_is_what_twilio_needs_to_send_it_in_time_and_to_tell_us_of_it(
    tokens: SecretFolder, connections: Connections
) -> None:
    async with listening(CREATED) as fake:
        await answer_of(fake.url, tokens, connections)
    head, _, body = fake.requests[0].decode().partition("\r\n\r\n")
    form = {name: values[0] for name, values in parse_qs(body).items()}
    callback = urlsplit(form.pop("StatusCallback"))
    assert head.startswith("POST /2010-04-01/Accounts/AC1/Messages.json HTTP/1.1\r\n")
    assert "Authorization: Basic QUMxOmZpcnN0LXRva2Vu\r\n" in head
    assert form == {
        "To": text().recipient,
        "From": text().sender,
        "Body": text().body,
        "ValidityPeriod": "600",
    }
    assert f"{callback.scheme}://{callback.netloc}{callback.path}" == "https://calls.example/twilio/message-status"
    assert parse_qs(callback.query) == {"text": ["text-1"], "conversation": ["c1_1"], "business": ["b1"]}

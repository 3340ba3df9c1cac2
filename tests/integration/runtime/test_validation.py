"""Each record is validated by itself: a bad one becomes a dead letter, the others are handled."""

from __future__ import annotations

import base64

import pytest

from runtime.dead_letters import dead_letters_topic
from runtime.events import Outgoing
from tests.integration.runtime.ground import Ground
from tests.integration.runtime.toy import PINGS, PONGS, ping, toy

LETTERS = dead_letters_topic("toy")
SECRET = "+14155550123"


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        pytest.param(f'{{"number": "{SECRET}'.encode(), "record: json_invalid", id="JSON that breaks off"),
        pytest.param(b"\xff\xfe", "record: json_invalid", id="not even text"),
        pytest.param(b"", "record: json_invalid", id="empty"),
        pytest.param(None, "record: json_invalid", id="a tombstone"),
        pytest.param(b"[]", "record: model_type", id="JSON of another shape"),
        pytest.param(
            Outgoing.of(ping(1)).value.replace(b'"number":1', f'"number":"{SECRET}x"'.encode()),
            "data.number: int_parsing",
            id="a field of the wrong type",
        ),
        pytest.param(
            Outgoing.of(ping(1)).value.replace(b"pings", b"pongs"), "ForeignEvent", id="an event of another topic"
        ),
    ],
)
async def test_a_bad_record_is_kept_with_its_bytes_and_the_reason_and_the_others_are_handled(
    ground: Ground, value: bytes | None, reason: str
) -> None:
    async with toy(ground.settings()).running():
        good = [Outgoing.of(ping(number)) for number in (1, 2)]
        await ground.say_raw(
            (PINGS.name, b"d", good[0].value), (PINGS.name, b"d", value), (PINGS.name, b"d", good[1].value)
        )
        pongs = await ground.heard(PONGS, at_least=2)
        (letter,) = await ground.heard(LETTERS, at_least=1)
    assert [event.data.total for event in pongs] == [1, 3]
    assert base64.b64decode(letter.data.value_base64) == (value or b"")
    assert (letter.data.topic, letter.data.offset, letter.data.key) == (PINGS.name, 1, "d")
    assert letter.data.reason == reason
    assert SECRET not in letter.data.reason


async def test_headers_are_never_decoded(ground: Ground) -> None:
    async with toy(ground.settings()).running():
        await ground.say_raw((PINGS.name, b"d", Outgoing.of(ping(1)).value), headers=[("traceparent", b"\xff\xfe")])
        assert len(await ground.heard(PONGS, at_least=1)) == 1


async def test_the_largest_record_that_kafka_takes_still_becomes_a_dead_letter(ground: Ground) -> None:
    async with toy(ground.settings()).running():
        await ground.say_raw((PINGS.name, b"d", b"x" * 1_000_000))
        (letter,) = await ground.heard(LETTERS, at_least=1)
    assert len(base64.b64decode(letter.data.value_base64)) == 1_000_000


async def test_what_was_put_aside_is_committed(ground: Ground) -> None:
    async with toy(ground.settings()).running():
        await ground.say_raw((PINGS.name, b"d", b"rubbish"))
        await ground.heard(LETTERS, at_least=1)
    assert await ground.uncommitted(PINGS.name) == 0

"""An answer leaves in one piece, before its connection is closed; connections without a question give way."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
import uvicorn
from starlette.responses import PlainTextResponse
from uvicorn.server import ServerState

from runtime.http import WholeAnswers
from tests.waiting import until

ASKED = b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"
ASKED_LAST = b"GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"


class Wire(asyncio.Transport):
    """Keeps what is written to it, and whether it was closed: None."""

    def __init__(self) -> None:
        super().__init__()
        self.seen: list[bytes | None] = []

    def write(self, data: Any) -> None:
        self.seen.append(bytes(data))

    def close(self) -> None:
        self.seen.append(None)

    def is_closing(self) -> bool:
        return None in self.seen

    def pause_reading(self) -> None:
        """Nothing comes but what the test says."""

    def resume_reading(self) -> None:
        pass


@pytest.fixture
async def wire() -> Wire:
    return Wire()


def connected(wire: Wire, server: ServerState) -> WholeAnswers:
    config = uvicorn.Config(PlainTextResponse("hello"), lifespan="off", log_config=None, access_log=False)
    config.load()
    protocol = WholeAnswers(config=config, server_state=server, app_state={})
    protocol.connection_made(wire)
    return protocol


@pytest.fixture
async def protocol(wire: Wire) -> WholeAnswers:
    return connected(wire, ServerState())


async def test_head_and_body_leave_together(protocol: WholeAnswers, wire: Wire) -> None:
    protocol.data_received(ASKED)
    await until(lambda: bool(wire.seen))
    (answer,) = wire.seen
    assert answer is not None
    assert answer.startswith(b"HTTP/1.1 200 OK\r\n")
    assert answer.endswith(b"\r\n\r\nhello")
    protocol.connection_lost(None)


async def test_what_was_written_leaves_before_the_connection_is_closed(protocol: WholeAnswers, wire: Wire) -> None:
    protocol.data_received(ASKED_LAST)
    await until(wire.is_closing)
    answer, closed = wire.seen
    assert answer is not None
    assert answer.endswith(b"hello")
    assert closed is None


async def test_answers_come_in_the_order_of_the_questions(protocol: WholeAnswers, wire: Wire) -> None:
    protocol.data_received(ASKED + ASKED_LAST)
    await until(wire.is_closing)
    whole = b"".join(part for part in wire.seen if part is not None)
    assert whole.count(b"HTTP/1.1 200 OK") == 2
    assert whole.index(b"connection: close") > whole.index(b"hello")
    assert wire.seen[-1] is None


async def test_a_question_that_comes_byte_by_byte_is_given_up(monkeypatch: pytest.MonkeyPatch, wire: Wire) -> None:
    monkeypatch.setattr("runtime.http._FIRST_REQUEST_SECONDS", 0.05)
    protocol = connected(wire, ServerState())
    protocol.data_received(ASKED[:-1])
    await until(wire.is_closing)
    assert wire.seen == [None]
    protocol.connection_lost(None)


async def test_where_there_are_too_many_the_first_that_asks_for_nothing_gives_way(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("runtime.http._MOST_CONNECTIONS", 3)
    server, wires = ServerState(), [Wire() for _ in range(5)]
    asking, answered = connected(wires[0], server), connected(wires[1], server)
    answered.data_received(ASKED)
    await until(lambda: bool(wires[1].seen))
    asking.data_received(ASKED)  # it is not answered before the loop comes to it
    protocols = [asking, answered, *(connected(wire, server) for wire in wires[2:])]
    assert [wire.is_closing() for wire in wires] == [False, True, True, False, False]
    for protocol in protocols:
        protocol.connection_lost(None)

"""An answer leaves in one piece, before its connection is closed; who asks nothing, or never to the end, gives way."""

from __future__ import annotations

import asyncio
from itertools import repeat
from typing import Any

import pytest
import uvicorn
from starlette.responses import PlainTextResponse
from uvicorn.server import ServerState

from runtime.http import WholeAnswers
from tests.waiting import until

ASKED = b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"
ASKED_LAST = b"GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
POSTED = b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1048576\r\n\r\n"
POSTED_IN_CHUNKS = b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
KIBIBYTE = b"x" * 1024


class Wire(asyncio.Transport):
    """Keeps what is written to it, and whether it was closed: None."""

    def __init__(self) -> None:
        super().__init__()
        self.seen: list[bytes | None] = []

    def write(self, data: Any) -> None:
        self.seen.append(bytes(data))

    def close(self) -> None:
        if not self.is_closing():
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


def connected(wire: Wire, server: ServerState, *, idle_seconds: int = 5) -> WholeAnswers:
    """Its app never reads a body."""
    app = PlainTextResponse("hello")
    config = uvicorn.Config(app, lifespan="off", log_config=None, access_log=False, timeout_keep_alive=idle_seconds)
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


async def answered(protocol: WholeAnswers, wire: Wire, question: bytes = ASKED) -> None:
    protocol.data_received(question)
    await until(lambda: bool(wire.seen) and not protocol.asks)
    wire.seen.clear()


@pytest.fixture
def soon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("runtime.http._HEAD_SECONDS", 0.05)


@pytest.mark.usefixtures("soon")
@pytest.mark.parametrize("nth", [1, 2])
async def test_a_question_whose_head_never_ends_is_given_up_whichever_it_is(wire: Wire, nth: int) -> None:
    protocol = connected(wire, ServerState())
    if nth > 1:
        await answered(protocol, wire)
    for byte in ASKED[:-1]:
        protocol.data_received(bytes([byte]))
    await until(wire.is_closing, within=2)
    assert wire.seen == [None]
    protocol.connection_lost(None)


@pytest.mark.usefixtures("soon")
async def test_a_question_in_two_pieces_is_answered_and_its_connection_stays(wire: Wire) -> None:
    protocol = connected(wire, ServerState())
    for _ in range(2):
        protocol.data_received(ASKED[:20])
        await answered(protocol, wire, ASKED[20:])
        await asyncio.sleep(0.1)
        assert not wire.is_closing()
    protocol.connection_lost(None)


@pytest.mark.usefixtures("soon")
async def test_who_begins_the_next_question_before_the_answer_gets_the_answer_first(wire: Wire) -> None:
    async def slow(scope: Any, receive: Any, send: Any) -> None:
        await asyncio.sleep(0.2)
        await PlainTextResponse("hello")(scope, receive, send)

    protocol = connected(wire, ServerState())
    protocol.app = slow
    protocol.data_received(ASKED + ASKED[:-1])
    await until(wire.is_closing, within=2)
    answer, closed = wire.seen
    assert answer is not None
    assert answer.endswith(b"hello")
    assert closed is None
    protocol.connection_lost(None)


@pytest.mark.parametrize("nth", [1, 2])
@pytest.mark.parametrize(
    ("beginning", "more"),
    [
        pytest.param(b"GET /", KIBIBYTE, id="a path without an end"),
        pytest.param(ASKED[:-2] + b"a: ", KIBIBYTE, id="a header without an end"),
        pytest.param(ASKED[:-2], b"a:\r\n" * 256, id="headers without an end"),
        pytest.param(ASKED[:-2], b"a:\r\n" * 65_536, id="headers without an end, at once"),
        pytest.param(POSTED_IN_CHUNKS + b"0\r\n", b"a:\r\n" * 256, id="headers without an end after a body"),
    ],
)
async def test_what_is_no_body_and_has_no_end_is_given_up_before_it_is_large(
    wire: Wire, nth: int, beginning: bytes, more: bytes
) -> None:
    protocol = connected(wire, ServerState())
    if nth > 1:
        await answered(protocol, wire)
    protocol.data_received(beginning)
    for _ in range(80):
        if not wire.is_closing():
            protocol.data_received(more)
    assert wire.is_closing()
    assert len(protocol.headers) <= 20_500  # 80 KiB of the smallest that there are
    protocol.connection_lost(None)


async def test_a_large_body_is_no_head_and_does_not_end_its_connection(wire: Wire, protocol: WholeAnswers) -> None:
    await answered(protocol, wire, POSTED)
    for _ in range(1024):
        protocol.data_received(KIBIBYTE)
    assert not wire.is_closing()
    await answered(protocol, wire)
    protocol.connection_lost(None)


@pytest.mark.parametrize("question", [POSTED, ASKED], ids=["the rest of a body", "empty lines"])
async def test_what_comes_after_the_answer_and_asks_nothing_keeps_no_connection(wire: Wire, question: bytes) -> None:
    protocol = connected(wire, ServerState(), idle_seconds=1)
    await answered(protocol, wire, question)
    for byte in repeat(b"\n", 40):
        protocol.data_received(byte)
        await asyncio.sleep(0.05)
        if wire.is_closing():
            break
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

"""Each behaviour that can be ordered: what the client sees, and what really happened."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
from aiohttp import (
    ClientError,
    ClientResponse,
    ClientSession,
    ClientTimeout,
    ServerDisconnectedError,
    encode_basic_auth,
)

from simulator.client import SimulatorClient
from simulator.faults.order import FaultOrder
from tests.integration.simulator.customer import ACCOUNT, CALLER, NUMBER, TOKEN, Customer, until


class Sender:
    """Posts one message the plain way, since these faults are about what a client library may hide."""

    def __init__(self, twilio: SimulatorClient, session: ClientSession, callback: str) -> None:
        self.twilio = twilio
        self._messages = f"{twilio.url}/2010-04-01/Accounts/{ACCOUNT}/Messages.json"
        self._session = session
        self._form = {"To": CALLER, "From": NUMBER, "Body": "We missed your call", "StatusCallback": callback}

    async def post(self) -> tuple[ClientResponse, Any]:
        limits = ClientTimeout(total=0.4)
        async with self._session.post(self._messages, data=self._form, timeout=limits) as answer:
            return answer, await answer.json()

    async def listed(self) -> list[dict[str, Any]]:
        async with self._session.get(self._messages, params={"To": CALLER}) as answer:
            found: list[dict[str, Any]] = (await answer.json())["messages"]
            return found


@pytest.fixture
async def sender(twilio: SimulatorClient, customer: Customer) -> AsyncIterator[Sender]:
    async with ClientSession(headers={"Authorization": encode_basic_auth(ACCOUNT, TOKEN)}) as session:
        yield Sender(twilio, session, customer.at("receipt"))


async def order(twilio: SimulatorClient, name: str, **fields: Any) -> None:
    await twilio.order_fault(FaultOrder.model_validate({"name": name, "to": CALLER} | fields))


async def settled(twilio: SimulatorClient, customer: Customer, callbacks: int) -> dict[str, Any]:
    """The one message, once it is at its end and so many callbacks came."""

    async def at_its_end() -> bool:
        [message] = await twilio.messages()
        ended = message["status"] in {"delivered", "undelivered", "failed"}
        return ended and len(customer.params("receipt")) >= callbacks

    await until(at_its_end)
    [message] = await twilio.messages()
    return message


@pytest.mark.parametrize(
    ("fault", "status", "code", "retry_after"),
    [
        pytest.param({"name": "api-error", "code": 21610}, 400, 21610, None, id="opted out"),
        pytest.param({"name": "api-error", "code": 21614}, 400, 21614, None, id="landline"),
        pytest.param({"name": "api-error", "code": 63038}, 429, 63038, None, id="daily cap"),
        pytest.param({"name": "api-error", "code": 39999, "status": 403}, 403, 39999, None, id="a code nobody knows"),
        pytest.param({"name": "too-many-requests", "retry_after": 2}, 429, 20429, "2", id="429 with Retry-After"),
        pytest.param({"name": "too-many-requests"}, 429, 20429, None, id="429 without"),
        pytest.param({"name": "server-error"}, 503, 20500, None, id="503"),
    ],
)
async def test_a_refused_message_was_never_created_and_the_next_one_is_taken(
    sender: Sender, fault: dict[str, Any], status: int, code: int, retry_after: str | None
) -> None:
    await sender.twilio.order_fault(FaultOrder.model_validate(fault))
    answer, body = await sender.post()
    assert (answer.status, answer.headers.get("Retry-After")) == (status, retry_after)
    assert (body["code"], body["status"]) == (code, status)
    assert body["more_info"] == f"https://www.twilio.com/docs/errors/{code}"
    assert list(body) == ["code", "message", "more_info", "status"]
    assert await sender.twilio.messages() == []
    assert (await sender.post())[0].status == 201


async def test_a_connection_cut_before_acceptance_leaves_no_message(twilio: SimulatorClient, sender: Sender) -> None:
    await order(twilio, "hang-up")
    with pytest.raises((ServerDisconnectedError, ConnectionResetError)):
        await sender.post()
    assert await twilio.messages() == []


@pytest.mark.parametrize(
    ("name", "seen"),
    [
        pytest.param("accept-never-answer", TimeoutError, id="never answers"),
        pytest.param("cut-answer", ClientError, id="half an answer"),
    ],
)
async def test_an_accepted_message_whose_answer_never_comes_is_delivered_all_the_same(
    twilio: SimulatorClient, customer: Customer, sender: Sender, name: str, seen: type[Exception]
) -> None:
    await order(twilio, name)
    with pytest.raises(seen):
        await sender.post()
    assert (await settled(twilio, customer, 2))["status"] == "delivered"
    assert len(await twilio.phone(CALLER)) == 1


async def test_accept_then_500_has_created_the_message(
    twilio: SimulatorClient, customer: Customer, sender: Sender
) -> None:
    await order(twilio, "accept-then-500")
    answer, body = await sender.post()
    assert (answer.status, body["code"]) == (500, 20500)
    assert (await settled(twilio, customer, 2))["status"] == "delivered"


async def test_a_late_answer_is_the_answer_all_the_same(twilio: SimulatorClient, sender: Sender) -> None:
    await order(twilio, "answer-late", real_seconds=0.15)
    began = asyncio.get_running_loop().time()
    answer, _ = await sender.post()
    assert answer.status == 201
    assert asyncio.get_running_loop().time() - began >= 0.15


async def test_a_wrong_sid_names_no_message(twilio: SimulatorClient, customer: Customer, sender: Sender) -> None:
    await order(twilio, "wrong-sid")
    _, body = await sender.post()
    message = await settled(twilio, customer, 2)
    assert body["sid"] != message["sid"]
    assert {params["MessageSid"] for params in customer.params("receipt")} == {message["sid"]}


@pytest.mark.parametrize(
    ("name", "code", "callbacks"),
    [
        pytest.param("undelivered", 30003, ["sent", "undelivered"], id="handset unreachable"),
        pytest.param("failed", 30036, ["failed"], id="validity expired"),
    ],
)
async def test_a_failed_delivery_says_why_and_reaches_no_handset(
    customer: Customer, sender: Sender, name: str, code: int, callbacks: list[str]
) -> None:
    await order(sender.twilio, name, code=code)
    await sender.post()
    message = await settled(sender.twilio, customer, len(callbacks))
    assert (message["status"], message["error_code"]) == (name, code)
    told = {params["MessageStatus"]: params.get("ErrorCode") for params in customer.params("receipt")}
    assert told == dict.fromkeys(callbacks) | {name: str(code)}
    assert await sender.twilio.phone(CALLER) == []


async def test_a_lagging_list_does_not_show_what_is_there(twilio: SimulatorClient, sender: Sender) -> None:
    await order(twilio, "list-lag", real_seconds=0.2)
    await sender.post()
    assert await sender.listed() == []
    assert len(await twilio.messages()) == 1

    async def shown() -> bool:
        return bool(await sender.listed())

    await until(shown)


async def test_callbacks_can_come_before_the_answer(
    twilio: SimulatorClient, customer: Customer, sender: Sender
) -> None:
    await order(twilio, "callback-before-answer")
    await sender.post()
    assert {params["MessageStatus"] for params in customer.params("receipt")} == {"sent", "delivered"}


@pytest.mark.parametrize(("name", "arrivals"), [("callback-twice", 4), ("no-callback", 0)])
async def test_callbacks_can_be_repeated_or_missing(
    twilio: SimulatorClient, customer: Customer, sender: Sender, name: str, arrivals: int
) -> None:
    await order(twilio, name)
    await sender.post()
    await settled(twilio, customer, arrivals)
    assert len(customer.params("receipt")) == arrivals


async def test_callbacks_can_come_backwards_and_once_more(
    twilio: SimulatorClient, customer: Customer, sender: Sender
) -> None:
    await order(twilio, "callbacks-backwards")
    await sender.post()
    await settled(twilio, customer, 4)
    told = [params["MessageStatus"] for params in customer.params("receipt")]
    assert told == ["delivered", "sent", "delivered", "sent"]


async def test_callbacks_can_speak_of_another_text(twilio: SimulatorClient, customer: Customer, sender: Sender) -> None:
    await order(twilio, "callback-of-another")
    await sender.post()
    message = await settled(twilio, customer, 2)
    assert message["sid"] not in {params["MessageSid"] for params in customer.params("receipt")}


async def test_faults_meet_only_whom_they_are_ordered_for_until_they_are_used_up_or_cleared(
    twilio: SimulatorClient, sender: Sender
) -> None:
    await order(twilio, "server-error", to="+13125550000", times=None)
    assert (await sender.post())[0].status == 201
    await order(twilio, "too-many-requests", times=2)
    await order(twilio, "api-error", code=21610)
    assert [(await sender.post())[0].status for _ in range(4)] == [429, 429, 400, 201]
    await order(twilio, "server-error", times=None)
    assert [(await sender.post())[0].status for _ in range(2)] == [503, 503]
    await twilio.clear_faults()
    assert (await sender.post())[0].status == 201

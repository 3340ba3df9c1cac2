"""How webhooks are delivered: Twilio's patience, and the disorder that a script or a fault orders."""

import asyncio
import socket
from collections import Counter

import pytest
from aiohttp import web

from simulator.client import SimulatorClient
from simulator.directory import Number
from simulator.faults.order import FaultOrder
from simulator.voice.script import CallScript
from simulator.webhooks.steps import Step
from tests.integration.simulator.customer import ACCOUNT, CALLER, NUMBER, SHOP, Customer, until

FORWARD = (
    '<Dial action="/dial-result?leg=a%20b&amp;empty="><Number statusCallback="/leg" '
    f'statusCallbackEvent="initiated ringing answered completed">{SHOP}</Number></Dial>'
)


async def broken(_: web.Request) -> web.StreamResponse:
    return web.Response(status=503)


def unused_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


async def test_every_webhook_is_signed_with_its_query_as_sent(twilio: SimulatorClient, customer: Customer) -> None:
    customer.twiml["voice"] = FORWARD
    await twilio.finished_call(await twilio.call(CallScript(from_=CALLER, to=NUMBER)))
    assert {heard.path for heard in customer.heard} == {"voice", "leg", "dial-result", "call-status"}
    assert all(heard.signed for heard in customer.heard)


async def status_callback_to(twilio: SimulatorClient, url: str) -> tuple[int | None, int, str | None]:
    """HTTP status, attempts and trouble of a call-status webhook to that URL."""
    await twilio.put_number(NUMBER, Number(account_sid=ACCOUNT, status_callback_url=url))
    state = await twilio.finished_call(await twilio.call(CallScript(from_=CALLER, to=NUMBER)))
    [webhook] = state.webhooks
    return webhook.status, webhook.attempts, webhook.trouble


async def test_a_refused_connection_is_tried_once_more(twilio: SimulatorClient) -> None:
    url = f"http://127.0.0.1:{unused_port()}/gone"
    assert await status_callback_to(twilio, url) == (None, 2, "ct")
    [failure] = await twilio.webhook_failures()
    assert (failure["step"], failure["trouble"]) == ("call-status", "ct")


@pytest.mark.parametrize(
    ("fragment", "attempts"),
    [
        pytest.param("", 1, id="a 503 is not retried by itself"),
        pytest.param("#rc=3&rp=5xx", 4, id="three times when the URL asks"),
        pytest.param("#rc=2&rp=all", 3, id="whatever goes wrong"),
        pytest.param("#rc=3&rp=4xx", 1, id="only what it asks for"),
        pytest.param("#rc=0", 1, id="never"),
    ],
)
async def test_the_fragment_of_the_url_orders_retries_and_stays_at_home(
    twilio: SimulatorClient, customer: Customer, fragment: str, attempts: int
) -> None:
    customer.replies["broken"] = broken
    assert await status_callback_to(twilio, customer.at("broken") + fragment) == (503, attempts, "5xx")
    assert len(customer.heard) == attempts
    assert all(heard.signed for heard in customer.heard)
    assert len({heard.token for heard in customer.heard}) == 1, "a retry keeps its idempotency token"


async def test_an_answer_later_than_the_patience_is_none(twilio: SimulatorClient, customer: Customer) -> None:
    released = asyncio.Event()

    async def slow(_: web.Request) -> web.StreamResponse:
        await released.wait()
        return web.Response()

    customer.replies["slow"] = slow
    assert await status_callback_to(twilio, customer.at("slow#rt=150&rp=ct")) == (None, 1, "rt")
    released.set()


async def test_a_voice_webhook_that_fails_plays_the_application_error(
    twilio: SimulatorClient, customer: Customer
) -> None:
    customer.replies["voice"] = broken
    state = await twilio.finished_call(await twilio.call(CallScript(from_=CALLER, to=NUMBER)))
    assert [error["code"] for error in state.errors] == [11200]


async def test_duplicate_sends_every_webhook_of_a_call_twice(twilio: SimulatorClient, customer: Customer) -> None:
    customer.twiml["voice"] = FORWARD
    await twilio.finished_call(await twilio.call(CallScript(from_=CALLER, to=NUMBER, duplicate=True)))
    keys = Counter(
        (heard.path, heard.params["CallSid"], heard.params.get("SequenceNumber")) for heard in customer.heard
    )
    assert set(keys.values()) == {2}
    assert len(keys) == 6


async def test_shuffle_delivers_in_another_order_than_it_happened(twilio: SimulatorClient, customer: Customer) -> None:
    customer.twiml["voice"] = FORWARD
    state = await twilio.finished_call(await twilio.call(CallScript(from_=CALLER, to=NUMBER, shuffle=True)))
    happened = [Step.CHILD_INITIATED, Step.CHILD_RINGING, Step.CHILD_COMPLETED, Step.DIAL_RESULT, Step.CALL_STATUS]
    assert state.steps()[0] is Step.VOICE
    assert sorted(state.steps()[1:]) == sorted(happened)
    assert state.steps()[1:] != happened


async def test_webhooks_that_a_script_loses_never_arrive(twilio: SimulatorClient, customer: Customer) -> None:
    customer.twiml["voice"] = FORWARD
    lose = frozenset({Step.CHILD_RINGING, Step.CALL_STATUS})
    state = await twilio.finished_call(await twilio.call(CallScript(from_=CALLER, to=NUMBER, lose=lose)))
    assert {webhook.step for webhook in state.webhooks if webhook.lost} == lose
    assert customer.params("call-status") == []
    assert len(customer.params("leg")) == 2


@pytest.mark.parametrize(("name", "arrivals"), [("webhook-lost", 0), ("webhook-twice", 2)])
async def test_a_fault_loses_or_repeats_the_webhooks_it_names_as_often_as_ordered(
    twilio: SimulatorClient, customer: Customer, name: str, arrivals: int
) -> None:
    order = {"name": name, "to": NUMBER, "steps": ["call-status"]}
    await twilio.order_fault(FaultOrder.model_validate(order))
    for _ in range(2):
        await twilio.finished_call(await twilio.call(CallScript(from_=CALLER, to=NUMBER)))
    assert len(customer.params("call-status")) == arrivals + 1
    assert await twilio.faults() == [{"name": name, "left": 0, "met": 1}]


async def test_a_caller_who_is_gone_stays_gone_though_the_dial_result_is_lost(
    twilio: SimulatorClient, customer: Customer
) -> None:
    customer.twiml["voice"] = FORWARD
    lose = frozenset({Step.DIAL_RESULT})
    state = await twilio.finished_call(
        await twilio.call(CallScript(from_=CALLER, to=NUMBER, hangs_up_after=4, lose=lose))
    )
    assert (state.status, state.legs[0].status) == ("completed", "canceled")
    assert customer.params("call-status")[0]["CallStatus"] == "completed"


async def test_what_somebody_wrote_comes_once_more_behind_what_was_written_since(
    twilio: SimulatorClient, customer: Customer
) -> None:
    first = await twilio.text(CALLER, NUMBER, "STOP", again_after=50)
    assert (await twilio.answered_text(first)).taken
    await twilio.answered_text(await twilio.text(CALLER, NUMBER, "START"))

    async def repeated() -> bool:
        return len(customer.params("sms")) == 3

    await until(repeated)
    assert [params["Body"] for params in customer.params("sms")] == ["STOP", "START", "STOP"]
    assert {params["MessageSid"] for params in customer.params("sms")[::2]} == {first}


async def test_a_message_that_the_customer_did_not_take_is_not_taken(
    twilio: SimulatorClient, customer: Customer
) -> None:
    customer.replies["sms"] = broken
    state = await twilio.answered_text(await twilio.text(CALLER, NUMBER, "STOP"))
    assert (state.taken, [webhook.status for webhook in state.webhooks]) == (False, [503])

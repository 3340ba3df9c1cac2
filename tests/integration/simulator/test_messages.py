"""The Messages and Calls API as the real twilio client sees it."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from twilio.base.exceptions import TwilioRestException
from twilio.rest import Client

from simulator.client import SimulatorClient
from simulator.voice.script import CallScript
from tests.integration.simulator.customer import ACCOUNT, CALLER, NUMBER, SHOP, TOKEN, Customer, until
from tests.integration.simulator.rest import Redirected, rest_client


async def send(rest: Client, **fields: Any) -> Any:
    asked = {"to": CALLER, "from_": NUMBER, "body": "We missed your call"} | fields
    return await rest.messages.create_async(**{name: value for name, value in asked.items() if value is not None})


async def test_a_message_is_queued_then_sent_then_delivered_and_each_step_but_the_first_is_told(
    rest: Client, twilio: SimulatorClient, customer: Customer
) -> None:
    created = await send(rest, status_callback=customer.at("receipt?text=7"), validity_period=600)
    assert (created.status, created.date_sent, created.num_segments) == ("queued", None, "1")

    async def told() -> bool:
        return len(customer.params("receipt")) == 2

    await until(told)
    assert all(heard.signed for heard in customer.heard)
    by_status = {params["MessageStatus"]: params for params in customer.params("receipt")}
    assert set(by_status) == {"sent", "delivered"}
    assert by_status["delivered"]["MessageSid"] == created.sid
    assert by_status["delivered"]["RawDlrDoneDate"].isdecimal()
    fetched = await rest.messages(created.sid).fetch_async()
    assert (fetched.status, fetched.error_code) == ("delivered", None)
    [text] = await twilio.phone(CALLER)
    assert (text.sid, text.from_, text.body, text.author) == (created.sid, NUMBER, "We missed your call", "customer")


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        pytest.param({"to": ""}, 21604, id="no receiver"),
        pytest.param({"from_": None}, 21603, id="no sender"),
        pytest.param({"body": None}, 21602, id="no body"),
        pytest.param({"body": "x" * 1601}, 21617, id="too long"),
        pytest.param({"to": "anonymous"}, 21211, id="no number"),
        pytest.param({"from_": "shop"}, 21212, id="sender no number"),
        pytest.param({"to": NUMBER}, 21266, id="to itself"),
        pytest.param({"from_": SHOP}, 21606, id="not a number of this account"),
        pytest.param({"status_callback": "nowhere"}, 21609, id="callback no URL"),
        pytest.param({"validity_period": 36_001}, 21624, id="validity too long"),
        pytest.param({"from_": None, "messaging_service_sid": "MG" + "0" * 32}, 21701, id="unknown service"),
    ],
)
async def test_what_twilio_would_refuse_is_refused_with_its_code(
    rest: Client, twilio: SimulatorClient, fields: dict[str, Any], code: int
) -> None:
    with pytest.raises(TwilioRestException) as refused:
        await send(rest, **fields)
    assert (refused.value.code, refused.value.status) == (code, 400)
    assert await twilio.messages() == []


async def test_every_token_of_the_account_opens_the_api(http: Redirected, rest: Client) -> None:
    first, second = rest, rest_client(http, "second-token")
    assert (await send(first)).account_sid == (await send(second)).account_sid == ACCOUNT


@pytest.mark.parametrize("token", ["stolen", " ", f"{TOKEN}x"])
async def test_no_other_token_does(http: Redirected, twilio: SimulatorClient, token: str) -> None:
    with pytest.raises(TwilioRestException) as refused:
        await send(rest_client(http, token))
    assert (refused.value.code, refused.value.status) == (20003, 401)
    assert await twilio.messages() == []


async def test_an_unknown_sid_is_twilio_s_own_404(rest: Client) -> None:
    with pytest.raises(TwilioRestException) as refused:
        await rest.messages("SM" + "0" * 32).fetch_async()
    assert (refused.value.code, refused.value.status) == (20404, 404)


async def test_lists_come_newest_first_page_by_page_without_gap_or_repeat(rest: Client) -> None:
    sids = [(await send(rest, body=f"number {place}")).sid for place in range(7)]
    await send(rest, to="+13125550123")
    page = await rest.messages.page_async(to=CALLER, page_size=3)
    seen = [message.sid for message in page]
    await send(rest, body="arrives while we page")
    while following := await page.next_page_async():
        page = following
        seen += [message.sid for message in page]
    assert seen == sids[::-1]


async def test_date_sent_filters_by_day_and_passes_nothing_that_is_still_queued(
    rest: Client, twilio: SimulatorClient
) -> None:
    await send(rest)

    async def delivered() -> bool:
        return bool(await twilio.phone(CALLER))

    await until(delivered)
    now = datetime.now(UTC)
    later_today = now.replace(hour=23, minute=59, second=59)
    assert len(await rest.messages.list_async(date_sent_after=later_today)) == 1, "days, not moments"
    assert await rest.messages.list_async(date_sent_after=now + timedelta(days=2)) == []
    assert await rest.messages.list_async(date_sent_before=now - timedelta(days=2)) == []


async def test_calls_are_listed_with_their_child_legs(
    rest: Client, twilio: SimulatorClient, customer: Customer
) -> None:
    customer.twiml["voice"] = f"<Dial>{SHOP}</Dial>"
    before = datetime.now(UTC) - timedelta(seconds=5)
    sid = await twilio.call(CallScript(from_=CALLER, to=NUMBER))
    state = await twilio.finished_call(sid)
    children = await rest.calls.list_async(parent_call_sid=sid)
    assert [(leg.sid, leg.status, leg.to) for leg in children] == [(state.legs[0].call_sid, "no-answer", SHOP)]
    found = await rest.calls.list_async(to=NUMBER, from_=CALLER, status="completed", start_time_after=before)
    assert [(call.sid, call.direction, call.duration) for call in found] == [(sid, "inbound", "30")]
    assert await rest.calls.list_async(start_time_after=datetime.now(UTC) + timedelta(minutes=1)) == []
    assert (await rest.calls(sid).fetch_async()).status == "completed"

"""STOP, START and HELP, as Twilio handles them on a long code by itself."""

import pytest
from aiohttp import web
from twilio.base.exceptions import TwilioRestException
from twilio.rest import Client

from simulator.client import SimulatorClient
from simulator.directory import Number, OptOut
from tests.integration.simulator.customer import ACCOUNT, CALLER, NUMBER, Customer, until


async def texted(twilio: SimulatorClient, customer: Customer, body: str) -> dict[str, str]:
    """The inbound webhook of that text."""
    before = len(customer.params("sms"))
    await twilio.text(CALLER, NUMBER, body)

    async def arrived() -> bool:
        return len(customer.params("sms")) > before

    await until(arrived)
    return customer.params("sms")[-1]


async def complaint_of(rest: Client) -> int | None:
    """The code with which Twilio refuses a text to the caller; None: it takes it."""
    try:
        await rest.messages.create_async(to=CALLER, from_=NUMBER, body="We missed your call")
    except TwilioRestException as refused:
        return int(refused.code)
    return None


async def test_stop_blocks_the_pair_and_start_lifts_it(
    twilio: SimulatorClient, customer: Customer, rest: Client
) -> None:
    await texted(twilio, customer, " stop ")
    assert await complaint_of(rest) == 21610
    await texted(twilio, customer, "Start")
    assert await complaint_of(rest) is None
    replies = [text for text in await twilio.phone(CALLER) if text.author == "twilio"]
    assert [text.body.split(".")[0] for text in replies] == [
        "You have successfully been unsubscribed",
        "You have successfully been re-subscribed to messages from this number",
    ]


async def test_a_second_stop_gets_no_second_reply(twilio: SimulatorClient, customer: Customer) -> None:
    await texted(twilio, customer, "STOP")
    await texted(twilio, customer, "QUIT")
    assert len(await twilio.phone(CALLER)) == 1


async def test_twilio_s_own_replies_stand_in_no_list_of_messages(twilio: SimulatorClient, customer: Customer) -> None:
    await texted(twilio, customer, "HELP")
    assert [text.author for text in await twilio.phone(CALLER)] == ["twilio"]
    assert [message["direction"] for message in await twilio.messages()] == ["inbound"]


@pytest.mark.parametrize("body", ["stop by tomorrow?", "please stop", "Can you call back?"])
async def test_more_than_the_keyword_is_a_message_like_any_other(
    twilio: SimulatorClient, customer: Customer, rest: Client, body: str
) -> None:
    assert (await texted(twilio, customer, body))["Body"] == body
    assert await twilio.phone(CALLER) == []
    assert await complaint_of(rest) is None


@pytest.mark.parametrize(
    ("opt_out", "named", "blocked"),
    [
        pytest.param(OptOut.DEFAULT, None, True, id="default: handled, not named"),
        pytest.param(OptOut.ADVANCED, "STOP", True, id="advanced: handled and named"),
        pytest.param(OptOut.OFF, None, False, id="off: neither"),
    ],
)
async def test_each_way_of_handling_opt_outs(
    twilio: SimulatorClient,
    customer: Customer,
    rest: Client,
    opt_out: OptOut,
    named: str | None,
    *,
    blocked: bool,
) -> None:
    number = Number(account_sid=ACCOUNT, sms_url=customer.at("sms"), opt_out=opt_out)
    await twilio.put_number(NUMBER, number)
    assert (await texted(twilio, customer, "STOP")).get("OptOutType") == named
    assert len(await twilio.phone(CALLER)) == int(blocked)
    assert await complaint_of(rest) == (21610 if blocked else None)


async def test_the_inbound_webhook_carries_what_twilio_sends(twilio: SimulatorClient, customer: Customer) -> None:
    heard = await texted(twilio, customer, "Grüße")
    expected = {
        "From": CALLER, "To": NUMBER, "Body": "Grüße", "AccountSid": ACCOUNT, "NumMedia": "0", "NumSegments": "1",
        "ApiVersion": "2010-04-01", "SmsStatus": "received", "SmsSid": heard["MessageSid"],
    }  # fmt: skip
    assert expected.items() <= heard.items()
    assert customer.heard[-1].signed


@pytest.mark.parametrize(
    ("body", "content_type", "reply"),
    [
        pytest.param("<Response><Message>Thanks</Message></Response>", "text/xml", "Thanks", id="TwiML"),
        pytest.param("ok", "text/plain", "ok", id="plain text reaches the person too"),
    ],
)
async def test_what_the_webhook_answers_is_texted_back(
    twilio: SimulatorClient, customer: Customer, body: str, content_type: str, reply: str
) -> None:
    async def answer(_: web.Request) -> web.StreamResponse:
        return web.Response(text=body, content_type=content_type)

    customer.replies["sms"] = answer
    await twilio.text(CALLER, NUMBER, "Hello?")

    async def texted_back() -> bool:
        return bool(await twilio.phone(CALLER))

    await until(texted_back)
    assert [(text.body, text.author) for text in await twilio.phone(CALLER)] == [(reply, "customer")]

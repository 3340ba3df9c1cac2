"""What the API answers is valid by Twilio's own description of it."""

import json
import os
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from twilio.base.exceptions import TwilioRestException
from twilio.rest import Client

from simulator.client import SimulatorClient
from simulator.faults.order import FaultOrder
from simulator.voice.script import CallScript
from tests.integration.simulator.customer import CALLER, NUMBER, SHOP, Customer, until
from tests.integration.simulator.rest import Redirected

BESIDE_THE_REPOSITORY = Path(__file__).parents[4] / "shared/twilio/openapi-messages-calls-numbers.json"
DESCRIPTION = Path(os.environ.get("MISSEDCALL_TWILIO_OPENAPI", BESIDE_THE_REPOSITORY))
ACCOUNTS = "/2010-04-01/Accounts/{AccountSid}"

pytestmark = pytest.mark.skipif(
    not DESCRIPTION.exists(),
    reason="Twilio's OpenAPI description is not here: MISSEDCALL_TWILIO_OPENAPI says where it is",
)


@cache
def description() -> dict[str, Any]:
    found: dict[str, Any] = strict(json.loads(DESCRIPTION.read_text()))
    return found


def strict(node: Any) -> Any:
    """OpenAPI 3.0 as JSON Schema: `nullable` becomes a type, and an object holds only what is described."""
    if isinstance(node, list):
        return [strict(item) for item in node]
    if not isinstance(node, dict):
        return node
    node = {name: strict(value) for name, value in node.items() if name not in {"examples", "example"}}
    if node.get("type") == "object" and "properties" in node:
        node.setdefault("additionalProperties", False)
        node.setdefault("required", list(node["properties"]))
    if node.pop("nullable", False) and "type" in node:
        node["type"] = [node["type"], "null"]
    return node


def operation(path: str, method: str) -> dict[str, Any]:
    found: dict[str, Any] = description()["paths"][ACCOUNTS + path][method]
    return found


def complaints(path: str, method: str, status: int, body: object) -> list[str]:
    """What is wrong with an answer by the description; a field that Twilio names and we leave out is wrong too."""
    described = operation(path, method)["responses"][str(status)]["content"]["application/json"]["schema"]
    schema = {**described, "components": description()["components"]}
    return [f"{list(error.absolute_path)}: {error.message}" for error in Draft202012Validator(schema).iter_errors(body)]


def last(http: Redirected) -> dict[str, Any]:
    body: dict[str, Any] = json.loads(http.answers[-1].text)
    return body


async def settled(rest: Client, sid: str, status: str) -> None:
    async def reached() -> bool:
        return bool((await rest.messages(sid).fetch_async()).status == status)

    await until(reached)


async def test_creating_and_reading_a_message(rest: Client, http: Redirected) -> None:
    created = await rest.messages.create_async(to=CALLER, from_=NUMBER, body="Hello")
    assert complaints("/Messages.json", "post", 201, last(http)) == []
    await settled(rest, created.sid, "delivered")
    assert complaints("/Messages/{Sid}.json", "get", 200, last(http)) == []


async def test_a_message_that_failed(rest: Client, http: Redirected, twilio: SimulatorClient) -> None:
    await twilio.order_fault(FaultOrder(name="undelivered", code=30003))
    created = await rest.messages.create_async(to=CALLER, from_=NUMBER, body="Hello")
    await settled(rest, created.sid, "undelivered")
    assert complaints("/Messages/{Sid}.json", "get", 200, last(http)) == []
    assert last(http)["error_code"] == 30003


async def test_the_messages_list_with_inbound_and_outbound_ones(
    rest: Client, http: Redirected, twilio: SimulatorClient
) -> None:
    await twilio.text(CALLER, NUMBER, "Hi")
    for _ in range(3):
        await rest.messages.create_async(to=CALLER, from_=NUMBER, body="Hello")
    for page_size in (2, 50):
        page = await rest.messages.page_async(page_size=page_size)
        assert complaints("/Messages.json", "get", 200, last(http)) == []
        assert bool(page.next_page_url) is (page_size == 2)
    assert {message["direction"] for message in last(http)["messages"]} == {"inbound", "outbound-api"}


async def test_the_calls_list_and_one_call(
    rest: Client, http: Redirected, twilio: SimulatorClient, customer: Customer
) -> None:
    customer.twiml["voice"] = f"<Dial>{SHOP}</Dial>"
    sid = await twilio.call(CallScript(from_=CALLER, to=NUMBER, forwarded_from=SHOP))
    await rest.calls.list_async()
    assert complaints("/Calls.json", "get", 200, last(http)) == []
    await twilio.finished_call(sid)
    await rest.calls.list_async()
    assert complaints("/Calls.json", "get", 200, last(http)) == []
    await rest.calls(sid).fetch_async()
    assert complaints("/Calls/{Sid}.json", "get", 200, last(http)) == []


def test_every_filter_and_field_of_ours_is_one_that_twilio_describes() -> None:
    described = {parameter["name"] for parameter in operation("/Messages.json", "get")["parameters"]}
    assert {"To", "From", "DateSent", "DateSent<", "DateSent>", "PageSize", "PageToken"} <= described
    described = {parameter["name"] for parameter in operation("/Calls.json", "get")["parameters"]}
    assert {"To", "From", "Status", "StartTime>", "EndTime<", "ParentCallSid", "PageSize"} <= described
    form = operation("/Messages.json", "post")["requestBody"]["content"]["application/x-www-form-urlencoded"]
    asked: Mapping[str, Any] = form["schema"]["properties"]
    assert {"To", "From", "Body", "StatusCallback", "ValidityPeriod", "MessagingServiceSid"} <= set(asked)


async def test_an_error_is_parsed_by_the_client_with_all_it_says(rest: Client) -> None:
    with pytest.raises(TwilioRestException) as refused:
        await rest.messages.create_async(to="nobody", from_=NUMBER, body="Hello")
    assert refused.value.code == 21211
    assert refused.value.msg.endswith("Invalid 'To' Phone Number")

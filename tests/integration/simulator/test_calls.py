"""What a customer hears of a call, from the first ring to the last callback."""

from email.utils import parsedate_to_datetime
from typing import Any

import pytest

from simulator.client import SimulatorClient
from simulator.directory import Number
from simulator.voice.script import Callee, CallScript, Outcome
from simulator.webhooks.steps import Step
from tests.integration.simulator.customer import ACCOUNT, CALLER, NUMBER, SHOP, Customer

EVENTS = "initiated ringing answered completed"
OTHER_SHOP = "+14155550112"


def forward(number_attributes: str = "", dial_attributes: str = "", number: str = SHOP) -> str:
    return (
        f'<Dial action="/dial-result" timeout="20" answerOnBridge="true" {dial_attributes}>'
        f'<Number statusCallback="/leg" statusCallbackEvent="{EVENTS}" {number_attributes}>{number}</Number></Dial>'
    )


def script(**fields: Any) -> CallScript:
    return CallScript(from_=CALLER, to=NUMBER, **fields)


async def test_the_voice_webhook_carries_what_twilio_always_sends(twilio: SimulatorClient, customer: Customer) -> None:
    customer.twiml["voice"] = "<Hangup/>"
    sid = await twilio.call(script(forwarded_from=SHOP))
    await twilio.finished_call(sid)
    [heard] = [heard for heard in customer.heard if heard.path == "voice"]
    assert heard.signed
    assert heard.token
    assert heard.params | {"CallToken": ""} == {
        "CallSid": sid, "AccountSid": ACCOUNT, "From": CALLER, "To": NUMBER, "Caller": CALLER, "Called": NUMBER,
        "CallStatus": "ringing", "Direction": "inbound", "ApiVersion": "2010-04-01", "ForwardedFrom": SHOP,
        "CalledVia": SHOP, "StirVerstat": "TN-Validation-Passed-A", "CallToken": "",
        "FromCity": "CHICAGO", "FromState": "IL", "FromZip": "60601", "FromCountry": "US",
        "CallerCity": "CHICAGO", "CallerState": "IL", "CallerZip": "60601", "CallerCountry": "US",
        "ToCity": "SAN FRANCISCO", "ToState": "CA", "ToZip": "94105", "ToCountry": "US",
        "CalledCity": "SAN FRANCISCO", "CalledState": "CA", "CalledZip": "94105", "CalledCountry": "US",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("callee", "dial_status"),
    [
        pytest.param(Callee(outcome=Outcome.NO_ANSWER), "no-answer", id="nobody there"),
        pytest.param(Callee(outcome=Outcome.BUSY, after=1), "busy", id="busy"),
        pytest.param(Callee(outcome=Outcome.FAILED, after=1), "failed", id="failed"),
        pytest.param(Callee(outcome=Outcome.ANSWERS, after=25), "no-answer", id="too late"),
    ],
)
async def test_a_dial_that_reaches_nobody_tells_its_action_why(
    twilio: SimulatorClient,
    customer: Customer,
    callee: Callee,
    dial_status: str,
) -> None:
    customer.twiml |= {"voice": forward(), "dial-result": "<Hangup/>"}
    state = await twilio.finished_call(await twilio.call(script(callees=(callee,))))
    [result] = customer.params("dial-result")
    assert (result["DialCallStatus"], result["DialBridged"], result["CallStatus"]) == (dial_status, "false", "ringing")
    assert "DialCallDuration" not in result
    assert [leg.status for leg in state.legs] == [dial_status]
    assert (state.status, state.obeyed) == ("no-answer", ["Dial", "Hangup"])


async def test_an_answered_call_is_bridged_for_as_long_as_they_talk(
    twilio: SimulatorClient, customer: Customer
) -> None:
    customer.twiml["voice"] = forward()
    callee = Callee(outcome=Outcome.ANSWERS, after=4, talk_seconds=65)
    state = await twilio.finished_call(await twilio.call(script(callees=(callee,))))
    [result] = customer.params("dial-result")
    assert result["DialCallStatus"] == "completed"
    assert result["DialBridged"] == "true"
    assert result["DialCallDuration"] == "65"
    assert result["DialCallSid"] == state.legs[0].call_sid
    assert result["CallStatus"] == "in-progress"
    [status] = customer.params("call-status")
    assert (status["CallStatus"], status["CallDuration"], status["Duration"]) == ("completed", "65", "2")
    assert (status["SequenceNumber"], status["CallbackSource"]) == ("0", "call-progress-events")
    assert status["SipResponseCode"] == "200"
    assert parsedate_to_datetime(status["Timestamp"]).tzinfo is not None


async def test_child_legs_report_under_their_own_sid_and_name_their_parent(
    twilio: SimulatorClient, customer: Customer
) -> None:
    customer.twiml["voice"] = forward(dial_attributes=f'callerId="{NUMBER}"')
    callee = Callee(outcome=Outcome.ANSWERS, after=4, talk_seconds=10)
    sid = await twilio.call(script(callees=(callee,)))
    state = await twilio.finished_call(sid)
    events = sorted(customer.params("leg"), key=lambda params: int(params["SequenceNumber"]))
    assert [event["CallStatus"] for event in events] == ["initiated", "ringing", "in-progress", "completed"]
    for event in events:
        assert (event["ParentCallSid"], event["CallSid"]) == (sid, state.legs[0].call_sid)
        assert (event["From"], event["To"], event["Direction"]) == (NUMBER, SHOP, "outbound-dial")
        assert "DialCallStatus" not in event
    assert events[-1]["CallDuration"] == "10"


async def test_of_several_phones_the_first_answer_wins_and_the_others_stop(
    twilio: SimulatorClient, customer: Customer
) -> None:
    customer.twiml["voice"] = (
        f'<Dial action="/dial-result"><Number statusCallback="/leg">{SHOP}</Number>'
        f'<Number statusCallback="/leg">{OTHER_SHOP}</Number></Dial>'
    )
    callees = (
        Callee(number=SHOP, outcome=Outcome.ANSWERS, after=9),
        Callee(number=OTHER_SHOP, outcome=Outcome.ANSWERS, after=5, talk_seconds=7),
    )
    state = await twilio.finished_call(await twilio.call(script(callees=callees)))
    [result] = customer.params("dial-result")
    assert result["DialCallSid"] == state.legs[1].call_sid
    ended = {params["To"]: params["CallStatus"] for params in customer.params("leg")}
    assert ended == {SHOP: "canceled", OTHER_SHOP: "completed"}


async def test_a_caller_who_hangs_up_while_it_rings_cancels_the_dial(
    twilio: SimulatorClient, customer: Customer
) -> None:
    customer.twiml |= {"voice": forward(), "dial-result": "<Say>nobody hears this</Say>"}
    callee = Callee(outcome=Outcome.ANSWERS, after=15)
    state = await twilio.finished_call(await twilio.call(script(hangs_up_after=6, callees=(callee,))))
    [result] = customer.params("dial-result")
    assert (result["DialCallStatus"], result["CallStatus"]) == ("canceled", "completed")
    assert state.legs[0].status == "canceled"
    assert state.obeyed == ["Dial"]
    assert customer.params("call-status")[0]["CallDuration"] == "0"


async def test_a_caller_who_hangs_up_in_the_talk_ends_a_completed_dial(
    twilio: SimulatorClient, customer: Customer
) -> None:
    customer.twiml["voice"] = forward()
    callee = Callee(outcome=Outcome.ANSWERS, after=5, talk_seconds=60)
    await twilio.finished_call(await twilio.call(script(hangs_up_after=25, callees=(callee,))))
    [result] = customer.params("dial-result")
    assert (result["DialCallStatus"], result["DialBridged"]) == ("completed", "true")
    assert (result["DialCallDuration"], result["CallStatus"]) == ("20", "completed")


@pytest.mark.parametrize(
    ("outcome", "detection", "answered_by"),
    [
        pytest.param(Outcome.ANSWERS, "Enable", "human", id="a person"),
        pytest.param(Outcome.VOICEMAIL, "Enable", "machine_start", id="voicemail"),
        pytest.param(Outcome.VOICEMAIL, "DetectMessageEnd", "machine_end_beep", id="voicemail, waiting for the beep"),
        pytest.param(Outcome.MACHINE, "Enable", "machine_start", id="a phone that screens"),
    ],
)
async def test_machine_detection_names_the_leg_and_nobody_s_number(
    twilio: SimulatorClient, customer: Customer, outcome: Outcome, detection: str, answered_by: str
) -> None:
    customer.twiml["voice"] = forward(f'machineDetection="{detection}" amdStatusCallback="/amd"')
    state = await twilio.finished_call(await twilio.call(script(callees=(Callee(outcome=outcome),))))
    [verdict] = customer.params("amd")
    assert verdict == {
        "CallSid": state.legs[0].call_sid,
        "AccountSid": ACCOUNT,
        "AnsweredBy": answered_by,
        "MachineDetectionDuration": "4000",
    }


@pytest.mark.parametrize(
    ("presses", "bridged"), [pytest.param("1", "true", id="accepted"), pytest.param(None, "false", id="not accepted")]
)
async def test_screening_bridges_only_who_presses_the_key(
    twilio: SimulatorClient, customer: Customer, presses: str | None, bridged: str
) -> None:
    customer.twiml |= {
        "voice": forward('url="/screen"'),
        "screen": '<Gather numDigits="1" action="/accept"><Say>Press 1</Say></Gather><Hangup/>',
        "accept": "",
    }
    callee = Callee(outcome=Outcome.ANSWERS, presses=presses)
    await twilio.finished_call(await twilio.call(script(callees=(callee,))))
    [result] = customer.params("dial-result")
    assert (result["DialCallStatus"], result["DialBridged"]) == ("completed", bridged)
    assert [params["Digits"] for params in customer.params("accept")] == ([presses] if presses else [])


async def test_what_the_action_answers_goes_on_in_place_of_the_document(
    twilio: SimulatorClient, customer: Customer
) -> None:
    customer.twiml |= {
        "voice": forward() + "<Say>never reached</Say>",
        "dial-result": '<Say>Leave a message</Say><Record action="/voicemail" recordingStatusCallback="/recorded"/>',
    }
    state = await twilio.finished_call(await twilio.call(script(voicemail_seconds=12)))
    assert state.obeyed == ["Dial", "Say", "Record"]
    [voicemail] = customer.params("voicemail")
    assert (voicemail["RecordingDuration"], voicemail["Digits"]) == ("12", "hangup")
    assert voicemail["RecordingSid"].startswith("RE")
    assert customer.params("recorded")[0]["RecordingStatus"] == "completed"


async def test_a_dial_without_action_goes_on_with_the_next_verb(twilio: SimulatorClient, customer: Customer) -> None:
    customer.twiml["voice"] = f"<Dial>{SHOP}</Dial><Pause/><Redirect>/more</Redirect>"
    customer.twiml["more"] = '<Play loop="2">hold.mp3</Play><Reject/>'
    state = await twilio.finished_call(await twilio.call(script()))
    assert state.obeyed == ["Dial", "Pause", "Redirect", "Play", "Reject"]


@pytest.mark.parametrize(
    ("twiml", "status"), [('<Reject reason="busy"/>', "busy"), ("<Reject/>", "no-answer"), ("<Hangup/>", "completed")]
)
async def test_how_a_call_ends_that_is_not_taken(
    twilio: SimulatorClient, customer: Customer, twiml: str, status: str
) -> None:
    customer.twiml["voice"] = twiml
    assert (await twilio.finished_call(await twilio.call(script()))).status == status


@pytest.mark.parametrize(
    ("twiml", "code"),
    [pytest.param("<Dial", 12100, id="no XML"), pytest.param("<Sing>la</Sing>", 12200, id="unknown verb")],
)
async def test_twiml_that_cannot_be_obeyed_is_an_application_error(
    twilio: SimulatorClient, customer: Customer, twiml: str, code: int
) -> None:
    customer.twiml["voice"] = twiml
    state = await twilio.finished_call(await twilio.call(script()))
    assert [error["code"] for error in state.errors] == [code]
    assert customer.params("call-status")[0]["CallStatus"] == "completed"


async def test_a_withheld_caller_is_shown_as_the_network_shows_them(
    twilio: SimulatorClient, customer: Customer
) -> None:
    await twilio.finished_call(await twilio.call(script(withheld="anonymous", stir_verstat=None)))
    [voice] = customer.params("voice")
    assert (voice["From"], voice["Caller"], voice["FromCity"]) == ("anonymous", "anonymous", "")
    assert "StirVerstat" not in voice


async def test_a_customer_s_own_application_is_obeyed_where_only_callbacks_come_to_us(
    twilio: SimulatorClient, customer: Customer
) -> None:
    observed = Number(
        account_sid=ACCOUNT,
        voice_twiml=f"<Response><Dial>{SHOP}</Dial></Response>",
        status_callback_url=customer.at("call-status"),
    )
    await twilio.put_number(NUMBER, observed)
    state = await twilio.finished_call(await twilio.call(script()))
    assert state.steps() == [Step.CALL_STATUS]
    assert customer.params("call-status")[0]["CallStatus"] == "completed"

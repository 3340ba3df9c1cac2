"""TwiML as Twilio reads it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.voice.twiml import TwimlError, parse
from simulator.voice.verbs import Dial, Gather, Hangup, Pause, Play, Record, Redirect, Reject, Say, Verb

URL = "https://shop.example/twilio/voice?business=7"


def only_verb(inner: str) -> Verb:
    [verb] = parse(f"<?xml version='1.0'?><Response>{inner}</Response>", URL).verbs
    return verb


@pytest.mark.parametrize(
    ("inner", "verb"),
    [
        ("<Say voice='alice'>Hello <emphasis>you</emphasis></Say>", Say(text="Hello you")),
        ("<Play loop='2'>hold.mp3</Play>", Play(loop=2)),
        ("<Pause/>", Pause(length=1)),
        ("<Pause length='7'/>", Pause(length=7)),
        ("<Hangup/>", Hangup()),
        ("<Reject reason='busy'/>", Reject(reason="busy")),
        ("<Redirect method='POST'>../more?x=1&amp;y=2</Redirect>", Redirect(url="https://shop.example/more?x=1&y=2")),
        (
            "<Record action='done'/>",
            Record(action="https://shop.example/twilio/done", max_length=3600, status_callback=None),
        ),
        ("<Record/>", Record(action=URL, max_length=3600, status_callback=None)),
        ("<Gather timeout='3'><Say>1?</Say></Gather>", Gather(action=URL, timeout=3, prompts=(Say(text="1?"),))),
    ],
)
def test_verbs_are_read_with_their_defaults_and_whole_addresses(inner: str, verb: Verb) -> None:
    assert only_verb(inner) == verb


def test_a_dial_is_read_with_all_its_numbers() -> None:
    dial = only_verb(
        "<Dial action='/result' timeout='18' answerOnBridge='true' callerId='+14155550100'>"
        "<Number url='/screen' statusCallback='/leg' statusCallbackEvent='ringing completed' "
        "machineDetection='Enable' amdStatusCallback='/amd'>+14155550111</Number><Number>+14155550112</Number></Dial>"
    )
    assert isinstance(dial, Dial)
    assert (dial.action, dial.timeout, dial.answer_on_bridge) == ("https://shop.example/result", 18, True)
    first, second = dial.numbers
    assert (first.e164, first.url, first.amd_status_callback) == (
        "+14155550111", "https://shop.example/screen", "https://shop.example/amd",
    )  # fmt: skip
    assert first.status_events == {"ringing", "completed"}
    assert second.status_callback is None
    assert second.status_events == {"completed"}


def test_a_dial_may_name_its_only_number_plainly_and_rings_thirty_seconds() -> None:
    dial = only_verb("<Dial> +14155550111 </Dial>")
    assert isinstance(dial, Dial)
    assert ([number.e164 for number in dial.numbers], dial.timeout) == (["+14155550111"], 30)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        pytest.param("", 12100, id="nothing"),
        pytest.param("ok", 12100, id="no XML"),
        pytest.param("<html/>", 12200, id="another root"),
        pytest.param("<Response><say>x</say></Response>", 12200, id="verbs have capitals"),
        pytest.param("<Response><Dial><Sip>sip:x</Sip></Dial></Response>", 12200, id="a noun not simulated"),
        pytest.param("<Response><Dial timeout='soon'>1</Dial></Response>", 12200, id="no number of seconds"),
    ],
)
def test_what_cannot_be_obeyed_is_an_error_with_twilio_s_code(text: str, code: int) -> None:
    with pytest.raises(TwimlError) as refused:
        parse(text, URL)
    assert refused.value.code == code


def read_code(text: str) -> int | None:
    try:
        parse(text, URL)
    except TwimlError as error:
        return error.code
    return None


@given(st.text())
def test_whatever_the_answer_is_it_parses_or_is_a_twiml_error(text: str) -> None:
    assert read_code(text) in {None, 12100, 12200}

"""What is put into a document that was made before is what the library itself would have put there."""

from __future__ import annotations

from xml.etree.ElementTree import fromstring

from hypothesis import given
from hypothesis import strategies as st
from twilio.twiml.voice_response import Dial, VoiceResponse

from services.ingest import twilio
from tests.unit.services.ingest.webhooks import PHONE, SECOND_PHONE

URLS = st.from_regex(r"https://[a-z.]{1,9}/[!-z]{0,30}", fullmatch=True)


@given(st.sampled_from([(PHONE,), (PHONE, SECOND_PHONE)]), st.integers(5, 60), st.tuples(URLS, URLS))
def test_a_dial_is_the_library_s_own(numbers: tuple[str, ...], ring_seconds: int, urls: tuple[str, str]) -> None:
    action, status_callback = urls
    dial = Dial(action=action, timeout=ring_seconds, answer_on_bridge=True)
    for number in numbers:
        dial.number(number, status_callback=status_callback, status_callback_event="completed")
    response = VoiceResponse()
    response.append(dial)
    assert twilio.dialled(numbers, ring_seconds=ring_seconds, action=action, status_callback=status_callback) == str(
        response
    )


def test_every_document_is_one_response() -> None:
    documents = [twilio.busy(), twilio.hung_up(), twilio.left_alone(), twilio.not_replied(), twilio.spoken("Sorry")]
    assert [[verb.tag for verb in fromstring(document)] for document in documents] == [  # noqa: S314 - our own
        ["Reject"],
        ["Hangup"],
        [],
        [],
        ["Say", "Hangup"],
    ]

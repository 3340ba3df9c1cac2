"""All that is taken from Twilio's own library here: its signature check, and TwiML, each answer as a document."""

from __future__ import annotations

import hmac
from collections.abc import Iterable
from functools import cache, lru_cache
from typing import Final
from xml.sax.saxutils import escape

from twilio.request_validator import RequestValidator
from twilio.twiml.messaging_response import MessagingResponse
from twilio.twiml.voice_response import Dial, VoiceResponse

from services.ingest.forms import Form

# Stand in a document for the URLs that differ from call to call; neither is a URL, or changed by XML.
_ACTION: Final = "{action}"
_STATUS_CALLBACK: Final = "{status_callback}"


def signed_with_any(tokens: Iterable[str], *, url: str, form: Form, signature: str) -> bool:
    return any(_signed(RequestValidator(token), url, form, signature) for token in tokens)


def _signed(validator: RequestValidator, url: str, form: Form, signature: str) -> bool:
    """`validate` computes the signature twice, for the URL with its port and without: only where it is not this one."""
    expected = validator.compute_signature(url, form)
    return hmac.compare_digest(expected.encode(), signature.encode()) or validator.validate(url, form, signature)


def dialled(numbers: tuple[str, ...], *, ring_seconds: int, action: str, status_callback: str) -> str:
    """Rings all phones at once. The caller goes on hearing ringing until somebody is really there (answerOnBridge)."""
    document = _dialled(numbers, ring_seconds)
    return document.replace(_ACTION, _in_xml(action)).replace(_STATUS_CALLBACK, _in_xml(status_callback))


@lru_cache(maxsize=1024)  # one a business: to build it costs some 50 microseconds
def _dialled(numbers: tuple[str, ...], ring_seconds: int) -> str:
    dial = Dial(action=_ACTION, timeout=ring_seconds, answer_on_bridge=True)
    for number in numbers:
        dial.number(number, status_callback=_STATUS_CALLBACK, status_callback_event="completed")
    response = VoiceResponse()
    response.append(dial)
    return str(response)


def _in_xml(url: str) -> str:
    """As in an attribute between double quotes."""
    return escape(url, {'"': "&quot;"})


@cache  # like those below it is one document for ever
def busy() -> str:
    """The call is never picked up, and Twilio reports it as busy."""
    response = VoiceResponse()
    response.reject(reason="busy")
    return str(response)


@lru_cache(maxsize=8)  # the same words to everybody
def spoken(words: str) -> str:
    """Picks up, speaks, hangs up."""
    response = VoiceResponse()
    response.say(words)
    response.hangup()
    return str(response)


@cache
def hung_up() -> str:
    response = VoiceResponse()
    response.hangup()
    return str(response)


@cache
def left_alone() -> str:
    return str(VoiceResponse())


@cache
def not_replied() -> str:
    return str(MessagingResponse())

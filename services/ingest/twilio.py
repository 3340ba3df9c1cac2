"""All that is taken from Twilio's own library here: its signature check, and TwiML, each answer as a document."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from twilio.request_validator import RequestValidator
from twilio.twiml.messaging_response import MessagingResponse
from twilio.twiml.voice_response import Dial, VoiceResponse

from services.ingest.forms import Form


def signed_with_any(tokens: Iterable[str], *, url: str, form: Form, signature: str) -> bool:
    return any(RequestValidator(token).validate(url, form, signature) for token in tokens)


def dialled(numbers: Sequence[str], *, ring_seconds: int, action: str, status_callback: str) -> str:
    """Rings all phones at once. The caller goes on hearing ringing until somebody is really there (answerOnBridge)."""
    dial = Dial(action=action, timeout=ring_seconds, answer_on_bridge=True)
    for number in numbers:
        dial.number(number, status_callback=status_callback, status_callback_event="completed")
    response = VoiceResponse()
    response.append(dial)
    return str(response)


def busy() -> str:
    """The call is never picked up, and Twilio reports it as busy."""
    response = VoiceResponse()
    response.reject(reason="busy")
    return str(response)


def spoken(words: str) -> str:
    """Picks up, speaks, hangs up."""
    response = VoiceResponse()
    response.say(words)
    response.hangup()
    return str(response)


def hung_up() -> str:
    response = VoiceResponse()
    response.hangup()
    return str(response)


def left_alone() -> str:
    return str(VoiceResponse())


def not_replied() -> str:
    return str(MessagingResponse())

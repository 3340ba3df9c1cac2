"""Obeys a TwiML document on the caller's leg, verb by verb, and whatever document comes to replace it."""

from simulator.voice.dialling import dial
from simulator.voice.live import LiveCall
from simulator.voice.recording import record
from simulator.voice.speech import heard_for
from simulator.voice.verbs import (
    NOTHING,
    Dial,
    Document,
    Gather,
    Hangup,
    Pause,
    Record,
    Redirect,
    Reject,
    Verb,
)
from simulator.webhooks.steps import Step


async def obey(call: LiveCall, document: Document) -> None:
    """To the end of the last document. Raises CallerHungUpError where the caller does not stay for it."""
    following: Document | None = document
    while following is not None:
        following = await _play(call, following)


async def _play(call: LiveCall, document: Document) -> Document | None:
    for verb in document.verbs:
        call.journal.obeyed.append(type(verb).__name__)
        if (following := await _perform(call, verb, document.url)) is not None:
            return following
    return None


async def _perform(call: LiveCall, verb: Verb, url: str) -> Document | None:
    """One verb; a document that it returns takes the place of the one it stands in."""
    match verb:
        case Dial():
            return await dial(call, verb)
        case Record():
            return await record(call, verb)
        case Redirect():
            return await call.fetch(Step.REDIRECT, verb.url or url)
        case Reject():
            call.end("busy" if verb.reason == "busy" else "no-answer")
            return NOTHING
        case Hangup():
            return _hang_up(call)
        case _:
            await _speak(call, verb)
            return None


def _hang_up(call: LiveCall) -> Document:
    """As a first verb it answers the call, and so charges for it; after a Dial that kept it ringing it does not."""
    if not call.dialled:
        call.answer()
    return NOTHING


async def _speak(call: LiveCall, verb: Verb) -> None:
    """A pause keeps the phone ringing; anything to be heard answers it. The caller presses no keys."""
    if isinstance(verb, Gather):
        for prompt in verb.prompts:
            await _speak(call, prompt)
        await call.wait(verb.timeout)
        return
    if not isinstance(verb, Pause):
        call.answer()
    await call.wait(heard_for(verb))

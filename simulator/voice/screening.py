"""The TwiML of a Number's url, heard by the callee before the bridge: accepted unless it hangs up on them."""

from simulator.voice.child import Child
from simulator.voice.params import leg_params
from simulator.voice.speech import heard_for
from simulator.voice.twiml import TwimlError
from simulator.voice.verbs import Document, Gather, Hangup, Redirect, Verb
from simulator.webhooks.steps import Step


async def accepts(child: Child) -> bool:
    """Whether the callee gets as far as the bridge. An error on this leg ends it, as Twilio hangs up on it."""
    if child.target.url is None:
        return True
    try:
        document = await _fetch(child, Step.SCREEN, child.target.url)
        return await _obey(child, document)
    except TwimlError as error:
        child.call.journal.errors.append({"code": error.code, "error": error.sentence})
        return False


async def _obey(child: Child, document: Document) -> bool:
    for verb in document.verbs:
        child.call.journal.obeyed.append(f"{type(verb).__name__} (callee)")
        if isinstance(verb, Hangup):
            return False
        if isinstance(verb, Redirect):
            return await _obey(child, await _fetch(child, Step.REDIRECT, verb.url))
        if isinstance(verb, Gather) and child.callee.presses:
            digits = {"Digits": child.callee.presses}
            return await _obey(child, await _fetch(child, Step.GATHER, verb.action, digits))
        await child.call.wait(_lasts(verb))
    return True


def _lasts(verb: Verb) -> float:
    return verb.timeout if isinstance(verb, Gather) else heard_for(verb)


async def _fetch(child: Child, step: Step, url: str, extra: dict[str, str] | None = None) -> Document:
    return await child.call.fetch(step, url, extra, leg_params=leg_params(child.leg))

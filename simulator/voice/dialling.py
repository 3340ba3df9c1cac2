"""The Dial verb: phones ring side by side, the first who answers is bridged, and the action hears the result."""

from collections.abc import Sequence

from simulator.voice.child import DETECTION_SECONDS, Child, place_child
from simulator.voice.live import CallerHungUpError, LiveCall
from simulator.voice.ringing import dial_status, turns
from simulator.voice.screening import accepts
from simulator.voice.verbs import Dial, Document
from simulator.webhooks.steps import Step


async def dial(call: LiveCall, verb: Dial) -> Document | None:
    """Ring, bridge, report; what the action answers goes on in place of the document."""
    call.dialled = True
    if not verb.answer_on_bridge:
        call.answer()
    caller_id = verb.caller_id or call.script.shown_from
    children = [place_child(call, target, caller_id) for target in verb.numbers]
    try:
        winner = await _ring(call, children, ring_seconds=verb.timeout)
        if winner:
            await _talk(call, winner, children)
    except CallerHungUpError:
        await _abandoned(call, verb, children)
        raise
    for child in children:
        child.end("no-answer")
    return await _report(call, verb, children)


async def _ring(call: LiveCall, children: Sequence[Child], *, ring_seconds: float) -> Child | None:
    for child in children:
        child.ring()
    began = call.elapsed
    for turn in turns([child.callee for child in children], ring_seconds):
        await call.wait(max(began + turn.at - call.elapsed, 0.0))
        child = children[turn.leg]
        if not turn.picks_up:
            child.end(turn.status)
            continue
        child.answer()
        if await accepts(child):
            return child
        child.end("completed")
    return None


async def _talk(call: LiveCall, winner: Child, children: Sequence[Child]) -> None:
    """The others stop ringing; the talk lasts until the callee hangs up, or the caller loses patience."""
    winner.bridged = True
    for other in children:
        if other is not winner:
            other.end("canceled")
    call.answer()
    seconds = winner.callee.talk_seconds
    if winner.detects:
        verdict_after = min(DETECTION_SECONDS, seconds)
        await call.wait(verdict_after)
        winner.tell_detection()
        seconds -= verdict_after
    await call.wait(seconds)


async def _abandoned(call: LiveCall, verb: Dial, children: Sequence[Child]) -> None:
    """The caller is gone: the phones stop, the action is told, its answer moves nobody any more."""
    for child in children:
        child.end("canceled")
    call.end("completed")
    await _report(call, verb, children, unbridged="canceled")


async def _report(
    call: LiveCall, verb: Dial, children: Sequence[Child], unbridged: str | None = None
) -> Document | None:
    if verb.action is None:
        return None
    winner = next((child for child in children if child.bridged), None)
    ended_as = [child.leg.status for child in children] or ["failed"]
    result = {
        "DialCallStatus": "completed" if winner else unbridged or dial_status(ended_as),
        "DialBridged": "true" if winner else "false",
    }
    if told := winner or next(reversed(children), None):
        result["DialCallSid"] = told.leg.sid
        if told.leg.duration is not None:
            result["DialCallDuration"] = str(told.leg.duration)
    return await call.fetch(Step.DIAL_RESULT, verb.action, result)

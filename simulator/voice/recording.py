"""The Record verb: the caller speaks to a voicemail, and hangs up when everything is said."""

from simulator.voice.live import CallerHungUpError, LiveCall
from simulator.voice.params import call_params
from simulator.voice.verbs import Document, Record
from simulator.webhooks.steps import Step


async def record(call: LiveCall, verb: Record) -> Document | None:
    """A caller who says nothing leaves no recording and no webhook; both ways the call ends with the hang-up."""
    call.answer()
    speaks = call.script.voicemail_seconds
    if not speaks:
        raise CallerHungUpError
    seconds = min(speaks, verb.max_length)
    await call.wait(seconds)
    recording = _recording(call, seconds)
    if seconds < speaks:
        return await call.fetch(Step.VOICEMAIL, verb.action, recording)
    call.end("completed")
    _tell_status(call, verb, recording)
    await call.fetch(Step.VOICEMAIL, verb.action, recording | {"Digits": "hangup"})
    raise CallerHungUpError


def _recording(call: LiveCall, seconds: float) -> dict[str, str]:
    sid = call.sids.new("RE")
    return {
        "RecordingSid": sid,
        "RecordingUrl": f"https://api.twilio.com/2010-04-01/Accounts/{call.leg.account_sid}/Recordings/{sid}",
        "RecordingDuration": str(round(seconds)),
    }


def _tell_status(call: LiveCall, verb: Record, recording: dict[str, str]) -> None:
    if verb.status_callback:
        params = call_params(call.leg, call.script) | recording | {"RecordingStatus": "completed"}
        call.mail.tell(call.letter(Step.RECORDING_STATUS, verb.status_callback, params))

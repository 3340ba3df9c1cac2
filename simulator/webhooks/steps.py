"""The steps at which Twilio calls its customer: names for journals, and for saying which webhooks get lost."""

from enum import StrEnum


class Step(StrEnum):
    VOICE = "voice"
    REDIRECT = "redirect"
    SCREEN = "screen"
    GATHER = "gather"
    DIAL_RESULT = "dial-result"
    CHILD_INITIATED = "child-initiated"
    CHILD_RINGING = "child-ringing"
    CHILD_ANSWERED = "child-answered"
    CHILD_COMPLETED = "child-completed"
    MACHINE_DETECTION = "machine-detection"
    VOICEMAIL = "voicemail"
    RECORDING_STATUS = "recording-status"
    CALL_STATUS = "call-status"
    MESSAGE = "message"
    MESSAGE_STATUS = "message-status"


IN_FLOW = frozenset({Step.VOICE, Step.REDIRECT, Step.SCREEN, Step.GATHER})
"""A call cannot go on without these answers, so they keep their place even where the rest is shuffled."""

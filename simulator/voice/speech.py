"""How long it takes to hear what TwiML says, in call seconds."""

from simulator.voice.verbs import Pause, Play, Say, Verb

_LETTERS_A_SECOND = 15
_SECONDS_A_RECORDING = 5


def heard_for(verb: Verb) -> float:
    match verb:
        case Say():
            return len(verb.text) / _LETTERS_A_SECOND
        case Play():
            return float(_SECONDS_A_RECORDING * max(verb.loop, 1))
        case Pause():
            return verb.length
        case _:
            return 0.0

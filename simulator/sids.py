"""Twilio's identifiers: two letters and 32 hex digits, drawn from the simulator's own randomness."""

from random import Random


class Sids:
    def __init__(self, randomness: Random) -> None:
        self._randomness = randomness

    def new(self, prefix: str) -> str:
        return f"{prefix}{self._randomness.getrandbits(128):032x}"

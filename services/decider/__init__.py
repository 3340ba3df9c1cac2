"""Judges the call: was it missed? One decision a call, with its reason, from what was recorded and nothing else."""

from typing import Final

NAME: Final = "decider"

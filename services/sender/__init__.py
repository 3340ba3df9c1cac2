"""Judges the send: a text is posted to Twilio once, and what became of it is known or known not to be known."""

from typing import Final

NAME: Final = "sender"

"""Who is connected, how, with which words and with what right to text: one topic, written here alone."""

from typing import Final

NAME: Final = "businesses"

"""Judges the person: may we text them, now, with these words? The only writer of consents."""

from typing import Final

NAME: Final = "compliance"

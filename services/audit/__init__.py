"""Writes down every record of every topic once, bytes and all, and tells the story of a call from them."""

from typing import Final

NAME: Final = "audit"

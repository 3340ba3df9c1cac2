"""STOP, START and HELP: which messages are commands, as Twilio's own handling understands them.

Nobody here replies to one: Twilio has done so already (docs/decisions, "Twilio answers the keywords").
"""

from __future__ import annotations

import re
import unicodedata
from enum import StrEnum, unique
from typing import Final


@unique
class Keyword(StrEnum):
    """Named as Twilio's OptOutType names them."""

    STOP = "STOP"
    START = "START"
    HELP = "HELP"


_STOP: Final = frozenset({"STOP", "UNSUBSCRIBE", "END", "QUIT", "STOPALL", "REVOKE", "OPTOUT", "CANCEL"})
_START: Final = frozenset({"START", "UNSTOP", "YES"})
_TOLL_FREE_START: Final = frozenset({"START", "UNSTOP"})
_HELP: Final = frozenset({"HELP", "INFO"})

_TOLL_FREE: Final = re.compile(r"\+1(800|833|844|855|866|877|888)\d{7}")
_AROUND: Final = re.compile(r"^[\W_]+|[\W_]+$")
_BETWEEN: Final = re.compile(r"[\s-]+")


def keyword_of(body: str, *, opt_out_type: str | None, number: str) -> Keyword | None:
    """What a message to this number commands. Twilio's own word wins: it has acted on it already."""
    if said_by_twilio := Keyword.__members__.get((opt_out_type or "").upper()):
        return said_by_twilio
    word = _AROUND.sub("", unicodedata.normalize("NFKC", body)).upper()
    # "opt out" and "stop all" are per se opt-outs in law (47 CFR 64.1200(a)(10)) though Twilio writes each as one word.
    if _BETWEEN.sub("", word) in _STOP:
        return Keyword.STOP
    # What lifts is taken to the letter: doubt stays opted out.
    if body.strip().upper() in (_TOLL_FREE_START if is_toll_free(number) else _START):
        return Keyword.START
    return Keyword.HELP if word in _HELP else None


def is_toll_free(number: str) -> bool:
    """Their opt-outs are kept by the carriers, where YES lifts nothing."""
    return _TOLL_FREE.fullmatch(number) is not None

"""Why a person steps in: a sentence that goes to topics and traces, so nobody's number may stand in it."""

from __future__ import annotations

import re
from typing import Annotated, Final

import typer

_LONGEST: Final = 500
_FEWEST_DIGITS: Final = 7
# Names and times that hold many digits, and no number.
_SID: Final = r"\b[A-Z]{2}[0-9a-f]{32}\b"
_UUID: Final = r"\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b"
_DATE: Final = r"(?<![-+.\d])20\d\d-[01]\d-[0-3]\d(?![-.\d])"
_NO_NUMBER: Final = re.compile(f"{_SID}|{_UUID}|{_DATE}", re.ASCII)
_DIGITS: Final = re.compile(r"\d(?:[\s().+/-]*\d)*")


def holds_number(text: str) -> bool:
    """In doubt it does: a reason is easily written in other words, and a number on a topic is not taken back."""
    runs = _DIGITS.findall(_NO_NUMBER.sub("|", text))
    return any(sum(map(str.isdigit, run)) >= _FEWEST_DIGITS for run in runs)


def checked(text: str | None) -> str | None:
    """As an option's callback. What is refused is not repeated: it may be the number."""
    if text is None:
        return None
    if not text.strip():
        raise typer.BadParameter("it is empty: say it in a sentence, for whoever reads it later")
    if len(text) > _LONGEST or not text.isprintable():
        raise typer.BadParameter(f"it is no line of at most {_LONGEST} characters: say it shorter")
    if holds_number(text):
        raise typer.BadParameter("a phone number may stand in it: it is kept for good, so leave long numbers out")
    return text.strip()


Because = Annotated[str, typer.Option("--because", callback=checked, help="Why, in a sentence without phone numbers.")]

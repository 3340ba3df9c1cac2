"""`missedcall texts`: those of which nobody knows what became, and a person's ruling on them."""

from __future__ import annotations

import asyncio
import os
import re
from datetime import UTC, datetime
from getpass import getuser
from typing import Annotated, Final

import typer

from missedcall import text_book
from missedcall.because import Because, checked
from missedcall.failing import BAD_INPUT, fail, failing_clearly
from missedcall.text_views import show_parked, show_ruled
from schemas.texts import Ruling
from services.sender.evidence import Ruled

app: Final = typer.Typer(no_args_is_help=True, help="Texts of which nobody knows whether Twilio has them.")

_MESSAGE_SID: Final = re.compile(r"(?:SM|MM)[0-9a-f]{32}")
# The sender's outbox takes up what others wrote after some seconds.
_WITHIN_SECONDS: Final = 15.0


def _message_sid(text: str | None) -> str | None:
    if text is not None and not _MESSAGE_SID.fullmatch(text):
        raise typer.BadParameter("it is not SM or MM and 32 hexadecimal digits: copy it from Twilio's message log")
    return text


AsJson = Annotated[bool, typer.Option("--json", help="One JSON object, for machines.")]
Accepted = Annotated[
    str | None, typer.Option("--accepted", callback=_message_sid, help="Twilio has it, as the message of this SID.")
]


@app.command()
def parked(*, as_json: AsJson = False) -> None:
    """List what is parked, or unsure past the deadline: since when, why, what was tried, and what to do."""
    with failing_clearly():
        show_parked(asyncio.run(text_book.parked(os.environ, now=datetime.now(UTC))), as_json=as_json)


@app.command()
def rule(
    text_id: Annotated[str, typer.Argument(help="As `texts parked` shows it.")],
    *,
    because: Because,
    accepted: Accepted = None,
    failed: Annotated[bool, typer.Option("--failed", help="Twilio never had it.")] = False,
    by: Annotated[str | None, typer.Option(callback=checked, help="Who rules; else who is logged in.")] = None,
    within_seconds: Annotated[
        float, typer.Option("--within-seconds", help="How long to wait until others are told.")
    ] = _WITHIN_SECONDS,
    as_json: AsJson = False,
) -> None:
    """Say what became of a parked text, as you found it out: it is final, and recorded with your name."""
    if failed == (accepted is not None):
        fail("what became of it? give either --accepted SID or --failed", code=BAD_INPUT)
    ruled = Ruled(ruling=Ruling(by=by or _who(), because=because), message_sid=accepted)
    with failing_clearly():
        try:
            ruling = text_book.rule(text_id, ruled, os.environ, now=datetime.now(UTC), within_seconds=within_seconds)
            recorded = asyncio.run(ruling)
        except text_book.NotRuled as refused:
            fail(str(refused), code=BAD_INPUT)
    show_ruled(recorded, as_json=as_json)


def _who() -> str:
    try:
        return getuser()
    except (KeyError, OSError):
        fail("this system does not know who you are: say it with --by", code=BAD_INPUT)

"""The options of `missedcall business add` and `set`, written down once."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import typer

from schemas.businesses import Mode, Status

Name = Annotated[str | None, typer.Option(help="The name that callers know; it stands in every text.")]
Numbers = Annotated[
    list[str] | None, typer.Option("--number", help="A number connected to Twilio, E.164. May be given again.")
]
AccountSid = Annotated[str | None, typer.Option(help="The Twilio account that the numbers belong to: AC...")]
HowConnected = Annotated[
    Mode | None,
    typer.Option(
        "--mode",
        help="forward: we ring its phone; overflow: its carrier forwards unanswered calls; observe: callbacks only.",
    ),
]
ForwardTo = Annotated[
    list[str] | None, typer.Option("--forward-to", help="A phone to ring, E.164. May be given again.")
]
RingSeconds = Annotated[int | None, typer.Option(help="How long it rings; above 20 or so, voicemail answers.")]
Template = Annotated[str | None, typer.Option(help="The text's words, with {business} and {phone} in them.")]
CooldownMinutes = Annotated[int | None, typer.Option(help="No second text to the same caller within this time.")]
Plan = Annotated[str | None, typer.Option(help="The plan that the business chose.")]
NextStatus = Annotated[
    Status | None, typer.Option("--status", help="active, suspended, cancelled or terminated; the last is final.")
]
TrialEnds = Annotated[
    datetime | None,
    typer.Option(
        "--trial-ends", formats=["%Y-%m-%dT%H:%M:%S%z", "%Y-%m-%dT%H:%M:%S.%f%z"], help="2030-01-31T12:00:00Z"
    ),
]
AsJson = Annotated[bool, typer.Option("--json", help="One JSON object, for machines.")]
WithinSeconds = Annotated[float, typer.Option("--within-seconds", help="How long to wait until it takes effect.")]

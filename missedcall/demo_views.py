"""What the demo says around its scenes: what is real, one call's whole story, and what was expected and came."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from rich import box
from rich.console import Console
from rich.table import Table

from local.folders import cache_folder
from local.jars import KAFKA_DOWNLOAD_BYTES, kafka_is_cached
from missedcall.stage.play import Outcome
from missedcall.trace import show_story, story_about


def introduce(console: Console, environ: Mapping[str, str]) -> None:
    console.print("[bold]MissedCallSMS[/bold]: a missed call becomes one text.\n")
    console.print("Real:      Apache Kafka, MongoDB, every service as a process, Twilio's own client and signatures.")
    console.print("Simulated: Twilio itself, and the people. No text leaves this machine.")
    if not (environ.get("KAFKA_BOOTSTRAP_SERVERS") or kafka_is_cached(cache_folder(environ))):
        size = KAFKA_DOWNLOAD_BYTES // 1_000_000
        console.print(f"Downloads: Apache Kafka, about {size} MB, this once. (MongoDB came with the installation.)")
    console.print("\nStarting it all takes some ten seconds ...")


async def show_trace(console: Console, outcomes: Sequence[Outcome], environ: Mapping[str, str]) -> None:
    """The longest story of a call that there is: the one with the most to tell."""
    calls = [played for outcome in outcomes for played in outcome.steps if played.step.call]
    if not calls:
        return
    longest = max(calls, key=lambda played: len(played.became))
    console.print("[bold]One call's whole story[/bold], as the audit keeps it and `missedcall trace` tells it:\n")
    console.print(f"call {longest.about}", highlight=False)
    show_story(await story_about(longest.about, environ), console)
    console.print()


def show_outcomes(console: Console, outcomes: Sequence[Outcome]) -> None:
    console.print("[bold]What must come of each scene, and what came[/bold]")
    table = Table("", "scene", "expected", "observed", box=box.HORIZONTALS, show_lines=True, pad_edge=False)
    for outcome in outcomes:
        observed = "the same" if outcome.ok else outcome.observed
        mark, style = ("✓", "green") if outcome.ok else ("✗", "bold red")
        table.add_row(mark, outcome.scene.name, outcome.expected, f"[{style}]{observed}[/{style}]")
    console.print(table)
    well = sum(outcome.ok for outcome in outcomes)
    console.print(f"{well} of {len(outcomes)} scenes became what they must.", highlight=False)
    if well == len(outcomes):
        console.print("Next: `missedcall up` keeps the system running; the README connects your own Twilio number.")

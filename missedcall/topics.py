"""`missedcall topics`: the topics as deploy/topics.yaml declares them, checked or created."""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Final

import typer

from missedcall.failing import failing_clearly
from missedcall.running import system_environment
from runtime.topics import check_topics, create_topics, declared_topics

TOPICS_FILE: Final = Path(__file__).parent.parent / "deploy" / "topics.yaml"


def topics(
    *,
    create: Annotated[bool, typer.Option("--create", help="Create those that are missing.")] = False,
    replication: Annotated[
        int | None,
        typer.Option(min=1, help="Copies of each topic that is created; 3 where there are as many brokers, else 1."),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object, for machines.")] = False,
) -> None:
    """Check that every topic stands as declared and would outlive a broker; --create makes those that are missing."""
    with failing_clearly():
        asyncio.run(_settle(os.environ, create=create, replication=replication))
    declared = declared_topics(TOPICS_FILE)
    if as_json:
        typer.echo(json.dumps({"ok": True, "topics": {topic.name: topic.partitions for topic in declared}}))
    else:
        typer.echo(f"{len(declared)} topics stand as declared")


async def _settle(environ: Mapping[str, str], *, create: bool, replication: int | None) -> None:
    found = system_environment(environ, needs=["KAFKA_BOOTSTRAP_SERVERS"])
    bootstrap, namespace = found["KAFKA_BOOTSTRAP_SERVERS"], found.get("MISSEDCALL_NAMESPACE", "")
    declared = declared_topics(TOPICS_FILE)
    if create:
        await create_topics(bootstrap, declared, replication=replication, namespace=namespace)
    await check_topics(bootstrap, declared, namespace=namespace, strictly=True)

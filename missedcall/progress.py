"""A bar for what takes long: downloads that happen once on a machine."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TransferSpeedColumn

from local.jars import KAFKA_DOWNLOAD_BYTES
from local.jars import Progress as Downloaded


@contextmanager
def shown_progress(console: Console) -> Iterator[Downloaded]:
    """Shows nothing until the first byte arrives: where all is cached, there is nothing to wait for."""
    columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TransferSpeedColumn())
    with Progress(*columns, console=console, transient=True) as bar:
        task = bar.add_task("Kafka, downloaded once", total=KAFKA_DOWNLOAD_BYTES, visible=False)

        def downloaded(_file: str, count: int) -> None:
            bar.update(task, advance=count, visible=True)

        yield downloaded

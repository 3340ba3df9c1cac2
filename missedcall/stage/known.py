"""Waits until every service has heard of every business: a call that comes before would be nobody's."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable

from aiohttp import ClientSession
from prometheus_client.parser import text_string_to_metric_families

from schemas.businesses import BUSINESSES_CHANGED

_LOOK_SECONDS = 0.05


async def businesses_known(metrics_urls: Iterable[str], *, count: int, within: float) -> None:
    """Raises TimeoutError. Services that keep no table of businesses are not waited for."""
    async with asyncio.timeout(within), ClientSession() as session:
        await asyncio.gather(*(_known(session, url, count) for url in metrics_urls))


async def _known(session: ClientSession, url: str, count: int) -> None:
    while True:
        async with session.get(url) as answer:
            rows = _rows(await answer.text())
        if rows is None or rows >= count:
            return
        await asyncio.sleep(_LOOK_SECONDS)


def _rows(exposition: str) -> float | None:
    for family in text_string_to_metric_families(exposition):
        for sample in family.samples:
            if sample.name == "missedcall_table_rows" and sample.labels.get("topic") == BUSINESSES_CHANGED.name:
                return float(sample.value)
    return None

"""A sender by hand: an aiohttp loop that POSTs the same forms to the same place, so many at once, and forgets them."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import uvloop
from aiohttp import BasicAuth, ClientSession


async def post_all(told: dict[str, Any], forms: Iterator[dict[str, str]]) -> None:
    url = f"{told['url']}/2010-04-01/Accounts/{told['account']}/Messages.json"
    async with ClientSession(auth=BasicAuth(told["account"], told["token"])) as session:
        await asyncio.gather(*(_one_by_one(session, url, forms) for _ in range(told["at_once"])))
    await asyncio.Event().wait()  # until it is ended: who ends by itself would be started again


async def _one_by_one(session: ClientSession, url: str, forms: Iterator[dict[str, str]]) -> None:
    for form in forms:
        async with session.post(url, data=form) as answer:
            await answer.json()


if __name__ == "__main__":
    given = json.loads(sys.argv[1])
    uvloop.run(post_all(given, iter(json.loads(Path(given["forms"]).read_text()))))

"""A sender by hand: an aiohttp loop that POSTs the same forms to the same place, so many at once.

Told where MongoDB is, it writes down each text before its POST and after it, as whoever wants to know later what it had
in hand when it died; else it forgets them.
"""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import uvloop
from aiohttp import BasicAuth, ClientSession
from motor.motor_asyncio import AsyncIOMotorClient

Form = dict[str, str]


async def post_all(told: dict[str, Any], forms: list[Form]) -> None:
    url = f"{told['url']}/2010-04-01/Accounts/{told['account']}/Messages.json"
    ledger = await _opened(told, forms) if told["writes"] else None
    left = iter(forms)
    async with ClientSession(auth=BasicAuth(told["account"], told["token"])) as session:
        await asyncio.gather(*(_one_by_one(session, url, left, ledger) for _ in range(told["at_once"])))
    await asyncio.Event().wait()  # until it is ended: who ends by itself would be started again


async def _opened(told: dict[str, Any], forms: list[Form]) -> Any:
    client: Any = AsyncIOMotorClient(told["mongodb"], w="majority", journal=True)
    ledger = client[f"{told['namespace'].replace('.', '_')}by_hand"]["ledger"]
    await ledger.insert_many([{"_id": form["To"], "state": "intent", "form": form} for form in forms])
    return ledger


async def _one_by_one(session: ClientSession, url: str, forms: Iterator[Form], ledger: Any) -> None:
    for form in forms:
        if ledger is not None and not await _claimed(ledger, form["To"]):
            continue
        async with session.post(url, data=form) as answer:
            sid = (await answer.json())["sid"]
        if ledger is not None:
            await ledger.update_one({"_id": form["To"]}, {"$set": {"state": "accepted", "message_sid": sid}})


async def _claimed(ledger: Any, text: str) -> bool:
    change = await ledger.update_one({"_id": text, "state": "intent"}, {"$set": {"state": "posting"}})
    return bool(change.modified_count)


if __name__ == "__main__":
    given = json.loads(sys.argv[1])
    uvloop.run(post_all(given, json.loads(Path(given["forms"]).read_text())))

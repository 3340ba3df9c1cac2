"""A MongoDB primary that steps down in the middle of a batch: each record is decided once and said with one voice."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from threading import Thread
from typing import Any

import pytest
from pymongo import MongoClient
from pymongo.errors import AutoReconnect

from runtime.documents import Change
from runtime.due import Due
from runtime.events import Outgoing
from runtime.records import Record
from tests.drill.mongo_cluster import MongoCluster, running_mongo_cluster
from tests.integration.runtime.ground import Ground, eventually
from tests.integration.runtime.toy import PINGS, PONGS, Count, Handler, Ping, count, ping, toy

STANDS_BACK_SECONDS = 5
DOCUMENTS = [f"document {number}" for number in range(100)]


@pytest.fixture(scope="module")
async def cluster(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[MongoCluster]:
    async with running_mongo_cluster(tmp_path_factory.mktemp("cluster")) as running:
        yield running


@dataclass(kw_only=True)
class StepDown:
    """Once, at this moment of the batch in which it is armed; asked for by a client of its own."""

    client: MongoClient[dict[str, Any]]
    moment: str
    armed: bool = False
    asked: Thread = field(default_factory=Thread)

    def rule(self, state: Count, cause: Ping | Due) -> Change[Count]:
        """Runs between the batch's one query and its one bulk write."""
        if self._now("after it is read"):
            self._ask()
            self.asked.join()
        if self._now("while it is written"):
            self._ask()
        return count(state, cause)

    def around(self, handler: Handler) -> Handler:
        async def handle(records: Sequence[Record]) -> Sequence[Outgoing]:
            said = await handler(records)
            if self._now("before it is published"):
                self._ask()
                self.asked.join()
            return said

        return handle

    def _now(self, moment: str) -> bool:
        return self.armed and self.moment == moment

    def _ask(self) -> None:
        self.armed = False
        self.asked = Thread(target=self._step_down)
        self.asked.start()

    def _step_down(self) -> None:
        with suppress(AutoReconnect):  # it may hang up on whoever told it
            self.client.admin.command("replSetStepDown", STANDS_BACK_SECONDS, force=True)


@pytest.mark.parametrize("documents", ["new", "known"])  # inserted, replaced
@pytest.mark.parametrize("moment", ["after it is read", "while it is written", "before it is published"])
async def test_a_primary_that_steps_down_in_a_batch_changes_nothing_of_what_is_decided_and_said(
    ground: Ground, cluster: MongoCluster, moment: str, documents: str
) -> None:
    await cluster.ready()
    ground, before = replace(ground, mongodb=cluster.uri), await cluster.elections()
    with MongoClient[dict[str, Any]](cluster.uri) as client:
        client.admin.command("ping")  # connected, so that the step-down is there as soon as the write
        trouble = StepDown(client=client, moment=moment, armed=documents == "new")
        async with toy(ground.settings(), trouble.around, trouble.rule).running():
            await ground.say(*(ping(1, document) for document in DOCUMENTS))
            await ground.heard_raw(PONGS.name, at_least=len(DOCUMENTS))
            trouble.armed = documents == "known"
            await ground.say(*(ping(2, document) for document in DOCUMENTS))
            await ground.heard_raw(PONGS.name, at_least=2 * len(DOCUMENTS), within=60)
            await eventually(lambda: _all_committed(ground))
        await asyncio.to_thread(trouble.asked.join)
    await cluster.ready()
    assert await cluster.elections() > before
    values, rows = await ground.heard_raw(PONGS.name, at_least=0), await ground.documents()
    assert len({PONGS.parse(value).id for value in values}) == len(set(values)) == 2 * len(DOCUMENTS)
    assert {name: row["state"]["numbers"] for name, row in rows.items()} == {name: [1, 2] for name in DOCUMENTS}


async def _all_committed(ground: Ground) -> bool:
    return await ground.uncommitted(PINGS.name) == 0

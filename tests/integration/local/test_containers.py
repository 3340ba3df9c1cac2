"""The official images give the same stack as the native servers."""

import asyncio
from asyncio.subprocess import DEVNULL
from typing import Any

import pytest
from pymongo import AsyncMongoClient

from local.kafka import groups_ready
from local.stack import running_stack


async def test_containers_give_a_kafka_and_a_mongodb_that_take_what_they_are_given() -> None:
    if not await _engine_answers():
        pytest.skip("no container engine answers on this machine")
    async with running_stack({"MISSEDCALL_LOCAL": "containers"}) as stack:
        host, _, port = stack.kafka.partition(":")
        assert await groups_ready(host, int(port))
        client: AsyncMongoClient[dict[str, Any]] = AsyncMongoClient(stack.mongodb, w="majority")
        async with client:
            await client["local"]["notes"].insert_one({"_id": 1})


async def _engine_answers() -> bool:
    try:
        asking = await asyncio.create_subprocess_exec("docker", "info", stdout=DEVNULL, stderr=DEVNULL)
    except FileNotFoundError:
        return False
    return await asyncio.wait_for(asking.wait(), 30) == 0

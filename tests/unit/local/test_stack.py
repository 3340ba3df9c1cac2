"""Which stack the environment asks for."""

import pytest

from local.errors import LocalStackError
from local.stack import Stack, running_stack

_BOTH = {"KAFKA_BOOTSTRAP_SERVERS": "kafka:9092", "MONGODB_URI": "mongodb://mongo:27017"}


@pytest.mark.parametrize("local", ["native", "containers", "anything"])
async def test_servers_that_are_given_are_used_as_they_are_and_nothing_is_started(local: str) -> None:
    async with running_stack(_BOTH | {"MISSEDCALL_LOCAL": local}) as stack:
        assert stack == Stack(kafka="kafka:9092", mongodb="mongodb://mongo:27017", kind="given")


@pytest.mark.parametrize("given", ["KAFKA_BOOTSTRAP_SERVERS", "MONGODB_URI"])
async def test_an_unknown_way_to_start_the_other_server_is_refused(given: str) -> None:
    environ = {given: _BOTH[given], "MISSEDCALL_LOCAL": "podman"}
    with pytest.raises(LocalStackError, match="'podman': set it to native or containers"):
        async with running_stack(environ):
            pytest.fail("a stack was started")

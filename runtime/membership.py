"""A replica's place in its group. With a name of its own it keeps its partitions through a restart.

Kafka gives the name to whoever joined under it last, and tells who had it before only that it is unknown; that one,
joining again, would take the name back, and both would go on like that for ever.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from aiokafka.errors import KafkaError

from runtime.admin import kafka_admin
from runtime.errors import Fenced

log = logging.getLogger(__name__)

# Of the time in which the whole group waits for us.
_ASK_SECONDS: Final = 5.0


@dataclass(slots=True, kw_only=True)
class Membership:
    """`instance`: the name, where this replica has one. `known_as`: the member id that the group gave us last."""

    bootstrap: str
    group: str
    instance: str | None
    known_as: str = ""

    async def check(self, known_as: str) -> None:
        """Asked before we join again. Raises Fenced where another process has the name.

        An id that is still ours says that nobody has. One that is not may only have been away for too long; and where
        nobody can be asked, that is what we go by.
        """
        if self.instance is None or not self.known_as or known_as == self.known_as:
            return
        if await self._held_by_another_than(self.known_as):
            raise self._fenced()

    async def check_while_joining(self, asks_as: Callable[[], str]) -> None:
        """Asked while we wait to be let in, which may be refused for ever. `asks_as`: the id by which we ask.

        Who asks without an id is given one that it hears of only when it is let in, so nothing is known meanwhile.
        """
        member_id = asks_as()
        if self.instance is None or not member_id:
            return
        if await self._held_by_another_than(member_id) and asks_as() == member_id:
            raise self._fenced()

    async def _held_by_another_than(self, member_id: str) -> bool:
        try:
            async with asyncio.timeout(_ASK_SECONDS):
                holders = await _members(self.bootstrap, self.group)
        except (KafkaError, OSError) as error:
            log.warning("group not asked", extra={"action": "group_not_asked", "why": type(error).__name__})
            return False
        return any(_name(holder) == self.instance for holder in holders - {member_id})

    def _fenced(self) -> Fenced:
        return Fenced(
            f"another process has joined the group {self.group} as {self.instance} and does the work of this one: "
            "give each replica a MISSEDCALL_INSTANCE of its own, and stop one of the two before its next start"
        )


async def _members(bootstrap: str, group: str) -> set[str]:
    async with kafka_admin(bootstrap) as admin:
        (answer,) = await admin.describe_consumer_groups([group])
    return {member[0] for _, _, _, _, _, members, *_ in answer.groups for member in members}


def _name(member_id: str) -> str:
    """Of one that has a name: Kafka makes its id of the name and a UUID."""
    uuid_characters = 36
    return member_id[: -uuid_characters - 1]

"""What the ledger says of texts, as chaos reads it: the documents, not the sender's own reading of them."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from services.sender.entry import State
from tests.chaos.field import Field
from tests.chaos.owed import Owed

KNOWN: Final = frozenset({State.ACCEPTED, State.FAILED, State.PARKED, State.CANCELLED})
_LOOK_SECONDS: Final = 0.1


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """`silent`: nothing of it waits to be published."""

    state: State
    reason: str | None
    delivery: str | None
    silent: bool

    @property
    def settled(self) -> bool:
        return self.silent and self.state in KNOWN


async def standings(field: Field) -> dict[str, Standing]:
    """By text id."""
    return {row["_id"]: _standing(row) async for row in field.ledger.find()}


async def standing(field: Field, owed: Owed) -> Standing | None:
    row = await field.ledger.find_one({"_id": owed.text_id})
    return _standing(row) if row else None


async def all_settled(field: Field, texts: Sequence[Owed], *, within: float) -> bool:
    """Waits for it; False when the time is over."""
    try:
        async with asyncio.timeout(within):
            while not await _settled(field, texts):  # noqa: ASYNC110 - the ledger tells nobody by itself
                await asyncio.sleep(_LOOK_SECONDS)
    except TimeoutError:
        return False
    return True


async def _settled(field: Field, texts: Sequence[Owed]) -> bool:
    found = await standings(field)
    return all(owed.text_id in found and found[owed.text_id].settled for owed in texts)


def _standing(row: dict[str, Any]) -> Standing:
    entry = row["entry"]
    return Standing(
        state=State(row["state"]),
        reason=entry.get("reason"),
        delivery=entry.get("delivery"),
        silent=not row.get("unpublished"),
    )

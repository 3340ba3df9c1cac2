"""A replay, service after service and a few letters at a time: published, then noted, then the next."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from missedcall.dead_letters.desk import bootstrap_of, desk
from missedcall.dead_letters.letters import Letter
from missedcall.dead_letters.memory import Memory
from missedcall.dead_letters.outcomes import Outcome, Result, refusal
from missedcall.dead_letters.picking import Pick
from missedcall.dead_letters.reading import Progress
from missedcall.dead_letters.replayer import Replayer, replayer

# Letters of some 2,000 bytes; the largest that Kafka takes would still fit into memory.
_AT_ONCE: Final = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """`again`: also what was replayed before. `force`: also what this release cannot read either."""

    pick: Pick
    again: bool
    force: bool
    now: datetime


async def replay(of: Sequence[str], order: Order, environ: Mapping[str, str], *, progress: Progress) -> list[Result]:
    """Ends at the first failure of Kafka's: what is left is replayed by the same command, given again."""
    results: list[Result] = []
    bootstrap, namespace = bootstrap_of(environ)
    async with replayer(bootstrap, namespace=namespace) as hand:
        for service in of:
            async with desk(service, environ, progress=progress) as open_desk:
                async for letters in _portions(open_desk.reader.letters(), order.pick):
                    portion = await _replayed(letters, hand, open_desk.memory, order)
                    results += portion
                    if any(result.outcome is Outcome.FAILED for result in portion):
                        return results
    return results


async def _replayed(letters: Sequence[Letter], hand: Replayer, memory: Memory, order: Order) -> list[Result]:
    known = await memory.of([letter.id for letter in letters])
    refused = {
        letter.id: result
        for letter in letters
        if (result := refusal(letter, known.get(letter.id), again=order.again, force=order.force))
    }
    tried = await hand.replay([letter for letter in letters if letter.id not in refused], now=order.now)
    places = [(result.letter_id, result.detail) for result in tried if result.outcome is Outcome.REPLAYED]
    await memory.note(places, now=order.now)
    return [*refused.values(), *tried]


async def _portions(letters: AsyncIterator[Letter], pick: Pick) -> AsyncIterator[list[Letter]]:
    portion: list[Letter] = []
    async for letter in letters:
        if pick.takes(letter):
            portion.append(letter)
        if len(portion) == _AT_ONCE:
            yield portion
            portion = []
    if portion:
        yield portion

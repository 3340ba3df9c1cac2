"""What `dead-letters` finds: Kafka holds the dead letters, MongoDB what was replayed and what counts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from missedcall.databases import database_of
from missedcall.dead_letters.desk import Desk, desk
from missedcall.dead_letters.letters import Letter
from missedcall.dead_letters.memory import Replays
from missedcall.dead_letters.overview import Held, Row, row_of, with_fate
from missedcall.dead_letters.picking import Pick
from missedcall.dead_letters.reading import Progress, services
from runtime.dead_letters_count import COLLECTION as COUNTED
from runtime.dead_letters_count import accept, counted_in


@dataclass(slots=True, kw_only=True)
class Found:
    """`passed_over`: what stands in the topics and is no dead letter."""

    rows: list[Row] = field(default_factory=list)
    held: list[Held] = field(default_factory=list)
    passed_over: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Whole:
    """One letter with all that is known of it. `came_back_as`: the letter of its replay, had that been rejected."""

    letter: Letter
    replays: Replays | None
    came_back_as: str | None


async def found(of: Sequence[str], pick: Pick, environ: Mapping[str, str], *, progress: Progress) -> Found:
    """Those of these services that the pick takes."""
    everything = Found()
    for service in of:
        async with desk(service, environ, progress=progress) as open_desk:
            everything.rows += await _rows(open_desk, pick)
            everything.held += await _held(open_desk, pick)
            everything.passed_over += open_desk.reader.passed_over
    return everything


async def whole(letter_id: str, environ: Mapping[str, str], *, progress: Progress) -> Whole | None:
    """None where no service has it."""
    for service in services():
        async with desk(service, environ, progress=progress) as open_desk:
            letter, came_back_as = None, None
            async for read in open_desk.reader.letters():
                letter = read if read.id == letter_id else letter
                came_back_as = read.id if read.replayed_from == letter_id else came_back_as
            if letter is not None:
                replays = (await open_desk.memory.of([letter_id])).get(letter_id)
                return Whole(letter=letter, replays=replays, came_back_as=came_back_as)
    return None


async def accept_all(service: str, environ: Mapping[str, str], *, now: datetime) -> int:
    """What the service has counted by now counts no more; how many that were."""
    async with database_of(service, environ) as database:
        return await accept(database[COUNTED], now=now)


async def _rows(open_desk: Desk, pick: Pick) -> list[Row]:
    """What came back is known when all are read: the later letter names the earlier one."""
    rows: list[Row] = []
    came_back: set[str] = set()
    async for letter in open_desk.reader.letters():
        if letter.replayed_from:
            came_back.add(letter.replayed_from)
        if pick.takes(letter):
            rows.append(row_of(letter))
    replayed = await open_desk.memory.ids()
    return [with_fate(row, replayed=replayed, came_back=came_back) for row in rows]


async def _held(open_desk: Desk, pick: Pick) -> list[Held]:
    """What is counted and stands in no topic of dead letters. To be asked when that topic is read."""
    if pick.ids is not None:
        return []
    counted = [
        one
        for one in await counted_in(open_desk.counted)
        if one.id not in open_desk.reader.seen and pick.fits(topic=one.topic, reason=one.reason, at=one.at)
    ]
    kinds = Counter((one.topic, one.reason) for one in counted)
    service = open_desk.reader.service
    return [Held(service=service, topic=t, reason=r, count=count) for (t, r), count in sorted(kinds.items())]

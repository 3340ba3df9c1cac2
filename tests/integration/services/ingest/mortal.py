"""`python -m tests.integration.services.ingest.mortal FOLDER KAFKA CLOSED NAMESPACE SEED DEATHS`: dying everywhere.

Lives follow one another in one folder, so that each begins with what the last one left, torn or whole; where a death
was a power cut, with what was synced. First each write is torn, one after the other; then so many lives die anywhere.
The file `deaths` holds the places of those, which may be fewer: not every life comes by a place as often as the first.
"""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import count, islice
from pathlib import Path
from random import Random

from tests.integration.services.ingest.deaths import WRITE, Deaths, Point, power_cut
from tests.integration.services.ingest.life import Life, World

_POWER_CUTS = 0.5


@dataclass(frozen=True, slots=True)
class Diary:
    """What lives write down: each file is one for all of them."""

    folder: Path

    def opened(self, name: str) -> int:
        return os.open(self.folder / name, os.O_CREAT | os.O_RDWR | os.O_APPEND)


def lived(number: int, point: Point | None, world: World, diary: Diary) -> int:
    """The exit status of a life that ends at the point, or at its end: then it has written down all that it came by."""
    if (pid := os.fork()) == 0:
        said, deaths = diary.opened("said"), Deaths(point=point, folder=world.spool, synced=diary.opened("synced"))
        write = os.write

        async def live() -> None:
            life = Life(number, world, lambda sid: write(said, f"{sid}\n".encode()))
            deaths.install()
            await life.live()

        asyncio.run(live())
        (diary.folder / "passed").write_text(json.dumps(deaths.passed))
        os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


def points(passed: Mapping[str, int], random: Random) -> Iterator[Point]:
    """Without end: each place once, at any of the times that it was come by, then each again."""
    while True:
        for place in random.sample(sorted(passed), k=len(passed)):
            yield Point(place, random.randint(1, passed[place]))


def died(number: int, point: Point, world: World, diary: Diary) -> bool:
    """Raises SystemExit where it ended otherwise."""
    status = lived(number, point, world, diary)
    if status not in {0, -signal.SIGKILL}:
        sys.exit(f"a life ended with {status}, at {point}")
    return status != 0


def come_through(number: int, world: World, diary: Diary) -> Mapping[str, int]:
    """How often it came by each place. Raises SystemExit where it did not."""
    if status := lived(number, None, world, diary):
        sys.exit(f"a life that was not to be ended with {status}")
    passed: Mapping[str, int] = json.loads((diary.folder / "passed").read_text())
    return passed


def main() -> None:
    """Forks while there is neither a loop nor a thread."""
    folder, kafka, closed, namespace, seed, deaths = sys.argv[1:]
    diary, random, numbers = Diary(Path(folder)), Random(int(seed)), count()
    world = World(spool=diary.folder / "spool", kafka=kafka, closed=closed, namespace=namespace)
    world.spool.mkdir()
    passed = come_through(next(numbers), world, diary)
    for time in range(passed[WRITE]):
        died(next(numbers), Point(WRITE, time + 1), world, diary)
    come_through(next(numbers), world, diary)  # with what was torn by all of them
    with (diary.folder / "deaths").open("w") as written:
        for point in islice(points(passed, random), int(deaths)):
            if died(next(numbers), point, world, diary):
                written.write(f"{point.place}\n")
                if random.random() < _POWER_CUTS:
                    power_cut(world.spool, (diary.folder / "synced").read_text())
    come_through(next(numbers), world, diary)


if __name__ == "__main__":
    main()

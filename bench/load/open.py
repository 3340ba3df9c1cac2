"""`python -m bench.load.open`: each request at its intended moment, whether or not those before it are answered.

Told by one JSON object: the port, and a file of [moment, request]; moments are of CLOCK_MONOTONIC, seconds, the same
for every process. Prints one: how many answers had which status, and how late the latest request was begun.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import uvloop

from bench.load.http import Connection, Cut, connected

Timed = tuple[float, bytes]


class Pool:
    """Connections that wait; where none does, one more is opened: a slow answer delays nobody's start."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._waiting: list[Connection] = []
        self.answers: Counter[str] = Counter()

    async def ask(self, request: bytes) -> None:
        try:
            connection = self._waiting.pop() if self._waiting else await connected(self._port)
            self.answers[str(await connection.ask(request))] += 1
            self._waiting.append(connection)
        except (Cut, OSError) as error:
            self.answers[type(error).__name__] += 1

    def close(self) -> None:
        for connection in self._waiting:
            connection.close()


async def play(told: dict[str, Any], timed: Sequence[Timed]) -> dict[str, Any]:
    pool = Pool(told["port"])
    late = 0.0
    asked = []
    for moment, request in timed:
        if (ahead := moment - time.monotonic()) > 0:
            await asyncio.sleep(ahead)
        late = max(late, -ahead)
        asked.append(asyncio.create_task(pool.ask(request)))
    await asyncio.wait(asked, timeout=told["patience"])
    pool.close()
    return {"answers": dict(pool.answers), "late": late}


if __name__ == "__main__":
    given = json.loads(sys.argv[1])
    laid_out = [(moment, text.encode()) for moment, text in json.loads(Path(given["requests"]).read_text())]
    print(json.dumps(uvloop.run(play(given, laid_out))))

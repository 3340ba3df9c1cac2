"""`python -m bench.load.closed`: as many requests as the connections bear, each after the answer to the one before.

Told by one JSON object; prints one: seconds, and how many answers had which status.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import uvloop

from bench.load.http import Connection, connected


async def press(told: dict[str, Any], requests: Sequence[bytes]) -> dict[str, Any]:
    connections = [await connected(told["port"]) for _ in range(told["connections"])]
    answers: Counter[int] = Counter()
    left = iter(requests)
    started = time.monotonic()
    await asyncio.gather(*(_one_by_one(connection, left, answers) for connection in connections))
    seconds = time.monotonic() - started
    for connection in connections:
        connection.close()
    return {"seconds": seconds, "answers": dict(answers)}


async def _one_by_one(connection: Connection, left: Iterator[bytes], answers: Counter[int]) -> None:
    for request in left:
        answers[await connection.ask(request)] += 1


if __name__ == "__main__":
    given = json.loads(sys.argv[1])
    laid_out = [text.encode() for text in json.loads(Path(given["requests"]).read_text())]
    print(json.dumps(uvloop.run(press(given, laid_out))))

"""`python -m bench.load.feed`: records into a topic, each at its intended moment; the relay's side of `open`.

Told by one JSON object: where Kafka is, the topic, and a file of [moment, key]. Prints how late the latest was begun.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import uvloop
from aiokafka import AIOKafkaProducer


async def feed(told: dict[str, Any], timed: Sequence[tuple[float, str]]) -> dict[str, Any]:
    producer: Any = AIOKafkaProducer(bootstrap_servers=told["kafka"], enable_idempotence=True, linger_ms=2)
    await producer.start()
    value = b"x" * told["bytes"]
    late = 0.0
    sent = []
    for moment, key in timed:
        if (ahead := moment - time.monotonic()) > 0:
            await asyncio.sleep(ahead)
        late = max(late, -ahead)
        sent.append(await producer.send(told["topic"], value, key=key.encode()))
    await asyncio.gather(*sent)
    await producer.stop()
    return {"late": late}


if __name__ == "__main__":
    given = json.loads(sys.argv[1])
    laid_out = [(moment, key) for moment, key in json.loads(Path(given["requests"]).read_text())]
    print(json.dumps(uvloop.run(feed(given, laid_out))))

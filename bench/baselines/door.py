"""Ingest by hand: a bare ASGI app that checks the signature and, where it is told to, produces with acks=all.

`python -m bench.baselines.door JSON`, on uvicorn with the loop, the parser and the options of ours.
"""

from __future__ import annotations

import base64
import hmac
import json
import sys
from typing import Any
from urllib.parse import parse_qsl

import uvicorn
from aiokafka import AIOKafkaProducer

App = Any  # ASGI's own types would be longer than the app


def door(told: dict[str, Any]) -> App:
    topic = f"{told['namespace']}{told['says']}"
    producer: Any = None

    async def app(scope: dict[str, Any], receive: Any, send: Any) -> None:
        nonlocal producer
        if scope["type"] == "lifespan":
            await receive()
            if told["says"]:
                producer = AIOKafkaProducer(bootstrap_servers=told["kafka"], enable_idempotence=True, linger_ms=2)
                await producer.start()
            await send({"type": "lifespan.startup.complete"})
            await receive()
            return
        form = dict(parse_qsl((await receive())["body"].decode(), keep_blank_values=True))
        is_genuine = genuine(scope, form, told["token"].encode(), told["public_url"])
        if is_genuine and producer:
            await producer.send_and_wait(topic, json.dumps(form).encode(), key=form["From"].encode())
        await send({"type": "http.response.start", "status": 204 if is_genuine else 403, "headers": []})
        await send({"type": "http.response.body", "body": b""})

    return app


def genuine(scope: dict[str, Any], form: dict[str, str], token: bytes, public_url: str) -> bool:
    query = scope["query_string"].decode()
    url = f"{public_url}{scope['path']}{'?' if query else ''}{query}"
    text = url + "".join(name + form[name] for name in sorted(form))
    signature = base64.b64encode(hmac.digest(token, text.encode(), "sha1"))
    return hmac.compare_digest(signature, dict(scope["headers"])[b"x-twilio-signature"])


if __name__ == "__main__":
    given = json.loads(sys.argv[1])
    uvicorn.run(
        door(given),
        port=given["port"],
        loop="uvloop",
        http="httptools",
        lifespan="on",
        log_config=None,
        access_log=False,
        timeout_keep_alive=75,
    )

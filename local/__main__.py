"""`python -m local`: a stack to work against, its addresses in the form that a shell and our programs read."""

import asyncio
import sys
from contextlib import suppress

from local.errors import LocalStackError
from local.signals import cancelled_by_signals
from local.stack import running_stack


async def _serve() -> None:
    with cancelled_by_signals():
        async with running_stack() as stack:
            print(f"export KAFKA_BOOTSTRAP_SERVERS='{stack.kafka}'")
            print(f"export MONGODB_URI='{stack.mongodb}'", flush=True)
            await asyncio.Event().wait()


if __name__ == "__main__":
    try:
        with suppress(asyncio.CancelledError):
            asyncio.run(_serve())
    except LocalStackError as error:
        sys.exit(f"local: {error}")

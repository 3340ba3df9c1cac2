"""`python -m simulator`: runs until SIGTERM or Ctrl-C; the first line says where, as JSON."""

import argparse
import asyncio
import json
import os
import signal

import uvloop

from simulator.options import Options
from simulator.server import running


def options_from(arguments: list[str] | None = None) -> Options:
    default = Options()
    parser = argparse.ArgumentParser(prog="simulator", description="A Twilio of one's own: see simulator/README.md.")
    parser.add_argument("--host", default=default.host)
    parser.add_argument("--port", type=int, default=default.port, help="0 takes a free one")
    parser.add_argument("--speed", type=float, default=default.speed, help="call seconds in a real second")
    parser.add_argument("--seed", type=int, default=default.seed, help="the same SIDs again; never on kept data")
    parser.add_argument("--keep", type=int, default=default.keep, help="calls and messages remembered")
    parser.add_argument("--connections", type=int, default=default.connections, help="open at once, for webhooks")
    return Options(**vars(parser.parse_args(arguments)))


async def serve(options: Options) -> None:
    stopped = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stopped.set)
    async with running(options) as url:
        print(json.dumps({"simulator": url, "pid": os.getpid()}), flush=True)
        await stopped.wait()


if __name__ == "__main__":
    uvloop.run(serve(options_from()))

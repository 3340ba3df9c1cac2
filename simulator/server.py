"""Runs a simulator on a port of this machine, in this process: for the command and for tests alike."""

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator, Iterator

import uvicorn
from aiohttp import ClientSession, TCPConnector
from starlette.applications import Starlette

from simulator.app import application
from simulator.connections import Connections
from simulator.options import Options
from simulator.world import build

_BACKLOG = 2048
_KEPT_ALIVE_SECONDS = 3.0
"""Idle connections are closed before the receiver's own limit, usually 5 s, closes them under a webhook."""


class _Server(uvicorn.Server):
    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Signals belong to whoever started the simulator."""
        yield


@contextlib.asynccontextmanager
async def running(options: Options) -> AsyncIterator[str]:
    """A simulator that takes requests at the URL given, until the context ends."""
    listener = _listening(options)
    host, port = listener.getsockname()[:2]
    connector = TCPConnector(limit=options.connections, keepalive_timeout=_KEPT_ALIVE_SECONDS)
    async with ClientSession(connector=connector) as session:
        world, connections = build(options, session), Connections()
        server = _Server(_config(application(world, connections)))
        connections.watch(server.server_state.connections)
        serving = asyncio.create_task(server.serve(sockets=[listener]))
        try:
            yield f"http://{host}:{port}"
        finally:
            server.should_exit = True
            await world.background.stop()
            await serving


def _config(app: Starlette) -> uvicorn.Config:
    return uvicorn.Config(
        app,
        lifespan="off",
        log_config=None,
        log_level="critical",  # a connection cut by order is no error
        access_log=False,
        timeout_graceful_shutdown=1,
        timeout_keep_alive=75,  # longer than clients keep idle connections, which would race with our closing
    )


def _listening(options: Options) -> socket.socket:
    """Listens before the server runs, so that whoever hears the URL can connect at once.

    The protocol is named because asyncio turns Nagle's delay (40 ms an answer) off only where it is.
    """
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind((options.host, options.port))
    listener.listen(_BACKLOG)
    return listener

"""What an operator or an orchestrator asks a process: is it alive, is it ready, what does it count."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass

import uvicorn
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp

from runtime.http import WholeAnswers

# For requests in hand when the service stops: longer than any of ours takes.
_GRACE_SECONDS = 10
# Longer than clients and proxies keep idle connections: who closes first must not be us, or a request that is on its
# way at that moment is lost.
_KEEP_ALIVE_SECONDS = 75

Problems = Callable[[], Sequence[str]]


def ops_app(*, not_live: Problems, not_ready: Problems, measure: Callable[[], None]) -> Starlette:
    """`/live` fails where only a restart helps; `/ready` while work or answers must not be expected."""

    async def live(_: Request) -> Response:
        return _verdict(not_live())

    async def ready(_: Request) -> Response:
        return _verdict(not_ready())

    async def counted(_: Request) -> Response:
        measure()
        return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)

    return Starlette(routes=[Route("/live", live), Route("/ready", ready), Route("/metrics", counted)])


def _verdict(problems: Sequence[str]) -> Response:
    return JSONResponse({"ok": not problems, "problems": list(problems)}, status_code=503 if problems else 200)


class Server(uvicorn.Server):
    """Signals are the service's to handle, not each of its servers'."""

    def capture_signals(self) -> AbstractContextManager[None]:  # type: ignore[override] # uvicorn's is a generator
        return nullcontext()


@dataclass(frozen=True, slots=True, kw_only=True)
class Door:
    """Where to listen. `fd` is a listening socket that we inherit: who holds it open keeps our callers waiting
    through a restart, where they would be refused otherwise (as systemd's socket activation does).
    """

    host: str
    port: int
    fd: int | None = None

    def opened(self) -> socket.socket:
        """Raises OSError where the port is taken; left to bind by itself, uvicorn would end the process."""
        if self.fd is not None:
            return socket.socket(fileno=self.fd)
        try:
            return socket.create_server((self.host, self.port), backlog=2048)
        except OSError as error:
            raise OSError(error.errno, f"cannot listen on {self.host}:{self.port}: {error.strerror}") from error


def listening(app: ASGIApp, door: Door) -> tuple[Server, asyncio.Task[None], int]:
    """A uvicorn that answers, its task, and its port: the one that was given, or that the system chose for 0."""
    bound = door.opened()
    http = Server(
        uvicorn.Config(
            app,
            log_config=None,
            access_log=False,
            proxy_headers=False,  # nobody asks for the client's address or the scheme
            http=WholeAnswers,
            lifespan="off",
            timeout_graceful_shutdown=_GRACE_SECONDS,
            timeout_keep_alive=_KEEP_ALIVE_SECONDS,
        )
    )
    task = asyncio.create_task(http.serve(sockets=[bound]), name=f"http {bound.getsockname()}")
    return http, task, bound.getsockname()[1]

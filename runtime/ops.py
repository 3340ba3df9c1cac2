"""What an operator or an orchestrator asks a process: is it alive, is it ready, what does it count."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext

import uvicorn
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp

Problems = Callable[[], Sequence[str]]


def ops_app(*, not_live: Problems, not_ready: Problems) -> Starlette:
    """`/live` fails where only a restart helps; `/ready` while work or answers must not be expected."""

    async def live(_: Request) -> Response:
        return _verdict(not_live())

    async def ready(_: Request) -> Response:
        return _verdict(not_ready())

    async def counted(_: Request) -> Response:
        not_live()  # measures the lag on the way
        return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)

    return Starlette(routes=[Route("/live", live), Route("/ready", ready), Route("/metrics", counted)])


def _verdict(problems: Sequence[str]) -> Response:
    return JSONResponse({"ok": not problems, "problems": list(problems)}, status_code=503 if problems else 200)


class Server(uvicorn.Server):
    """Signals are the service's to handle, not each of its servers'."""

    def capture_signals(self) -> AbstractContextManager[None]:  # type: ignore[override] # uvicorn's is a generator
        return nullcontext()

    @property
    def port(self) -> int:
        """The one that was given, or that the system chose for 0."""
        port: int = self.servers[0].sockets[0].getsockname()[1]
        return port


def server(app: ASGIApp, *, host: str, port: int) -> Server:
    """A uvicorn on uvloop and httptools that leaves logging to us."""
    config = uvicorn.Config(
        app, host=host, port=port, log_config=None, access_log=False, loop="uvloop", http="httptools", lifespan="off"
    )
    return Server(config)

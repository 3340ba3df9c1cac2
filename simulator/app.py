"""The simulator's HTTP application: Twilio's API and the control API over one world."""

import logging
from collections.abc import Mapping
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Mount, Route

from simulator.api.calls import CallsApi
from simulator.api.errors import ApiError, api_error, rendered
from simulator.api.messages import MessagesApi
from simulator.connections import Connections
from simulator.control.bodies import RefusedBodyError
from simulator.control.people import People
from simulator.control.setup import Setup
from simulator.directory import UnknownNumberError
from simulator.world import World

logger = logging.getLogger(__name__)


def application(world: World, connections: Connections) -> Starlette:
    return Starlette(
        routes=[
            Mount("/2010-04-01/Accounts/{account_sid}", routes=_api(world, connections)),
            Mount("/control", routes=_control(world)),
        ],
        exception_handlers=_HANDLERS,
    )


def _api(world: World, connections: Connections) -> list[Route]:
    messages, calls = MessagesApi(world=world, connections=connections), CallsApi(world=world)
    return [
        Route("/Messages.json", messages.create, methods=["POST"]),
        Route("/Messages.json", messages.page),
        Route("/Messages/{sid}.json", messages.one),
        Route("/Calls.json", calls.page),
        Route("/Calls/{sid}.json", calls.one),
    ]


def _control(world: World) -> list[Route]:
    setup, people = Setup(world=world), People(world=world)
    return [
        Route("/accounts/{sid}", setup.put_account, methods=["PUT"]),
        Route("/numbers/{e164}", setup.put_number, methods=["PUT"]),
        Route("/faults", setup.order_fault, methods=["POST", "PUT"]),
        Route("/faults", setup.show_faults),
        Route("/faults", setup.clear_faults, methods=["DELETE"]),
        Route("/reset", setup.reset, methods=["POST"]),
        Route("/calls", people.call, methods=["POST"]),
        Route("/calls/{sid}", people.show_call),
        Route("/messages", people.text, methods=["POST"]),
        Route("/messages", people.show_messages),
        Route("/messages/{sid}", people.show_text),
        Route("/phones/{e164}", people.show_phone),
        Route("/webhooks/failures", people.show_failures),
    ]


def _refused(_: Request, error: ApiError) -> Response:
    return rendered(error)


def _bad_body(_: Request, error: Exception) -> Response:
    return JSONResponse({"error": str(error)}, status_code=422)


def _unknown_number(_: Request, error: Exception) -> Response:
    return JSONResponse({"error": str(error)}, status_code=404)


def _not_found(request: Request, _: Exception) -> Response:
    return rendered(api_error(20404)) if "/2010-04-01/" in request.url.path else Response(status_code=404)


def _broken(_: Request, error: Exception) -> Response:
    logger.error("the simulator itself failed: %s", type(error).__name__, exc_info=error)
    return JSONResponse({"error": type(error).__name__}, status_code=500)


_HANDLERS: Mapping[Any, Any] = {
    ApiError: _refused,
    RefusedBodyError: _bad_body,
    UnknownNumberError: _unknown_number,
    404: _not_found,
    Exception: _broken,
}

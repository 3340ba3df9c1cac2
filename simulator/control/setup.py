"""Accounts, numbers and faults: how the stage is set."""

from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from simulator.control.bodies import read
from simulator.directory import Account, Number
from simulator.faults.order import FaultOrder
from simulator.world import World


@dataclass(frozen=True, kw_only=True)
class Setup:
    world: World

    async def put_account(self, request: Request) -> Response:
        self.world.directory.accounts[request.path_params["sid"]] = await read(request, Account)
        return JSONResponse({})

    async def put_number(self, request: Request) -> Response:
        self.world.directory.numbers[request.path_params["e164"]] = await read(request, Number)
        return JSONResponse({})

    async def order_fault(self, request: Request) -> Response:
        self.world.faults.order(await read(request, FaultOrder))
        return JSONResponse({}, status_code=201)

    async def show_faults(self, _: Request) -> Response:
        return JSONResponse({"faults": self.world.faults.described()})

    async def clear_faults(self, _: Request) -> Response:
        self.world.faults.clear()
        return JSONResponse({})

    async def reset(self, _: Request) -> Response:
        await self.world.reset()
        return JSONResponse({})

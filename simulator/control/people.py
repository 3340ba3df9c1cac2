"""What people do, and what they see on their phones."""

from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from simulator.api.views import message_view
from simulator.control.bodies import InboundText, read
from simulator.voice.script import CallScript
from simulator.world import World


@dataclass(frozen=True, kw_only=True)
class People:
    world: World

    async def call(self, request: Request) -> Response:
        journal = self.world.exchange.ring(await read(request, CallScript))
        return JSONResponse({"call_sid": journal.leg.sid}, status_code=201)

    async def show_call(self, request: Request) -> Response:
        journal = self.world.calls.journals.get(request.path_params["sid"])
        if journal is None:
            return JSONResponse({"error": "no such call, or forgotten since"}, status_code=404)
        await self.world.exchange.end_of(journal.leg.sid, within=float(request.query_params.get("wait", "0")))
        return JSONResponse(journal.described())

    async def text(self, request: Request) -> Response:
        asked = await read(request, InboundText)
        line = self.world.directory.line(asked.to)
        message = self.world.inbox.receive(line, asked.from_, asked.body)
        self.world.background.start(self.world.inbox.pass_on(message, line, again_after=asked.again_after))
        return JSONResponse({"message_sid": message.sid}, status_code=201)

    async def show_text(self, request: Request) -> Response:
        delivery = self.world.inbox.deliveries.get(request.path_params["sid"])
        if delivery is None:
            return JSONResponse({"error": "nobody sent such a message, or it is forgotten since"}, status_code=404)
        await delivery.answered_within(float(request.query_params.get("wait", "0")))
        return JSONResponse(delivery.described())

    async def show_phone(self, request: Request) -> Response:
        texts = self.world.carriage.handsets.texts(request.path_params["e164"])
        return JSONResponse({"texts": [text.described() for text in texts]})

    async def show_messages(self, request: Request) -> Response:
        messages = self.world.carriage.messages
        from_ = request.query_params.get("from")
        found = [
            message_view(message)
            for message in messages.newest_first(request.query_params.get("to"))
            if from_ in (None, message.from_)
        ]
        return JSONResponse({"created": messages.created, "messages": found})

    async def show_failures(self, _: Request) -> Response:
        courier = self.world.courier
        failures = [failure.described() for failure in courier.failures]
        return JSONResponse({"delivered": courier.delivered, "failures": failures})

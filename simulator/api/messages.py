"""POST and GET of Messages."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from urllib.parse import parse_qsl

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from simulator.api.access import authenticated
from simulator.api.answering import answer
from simulator.api.errors import api_error
from simulator.api.moments import filtered
from simulator.api.paging import envelope, page_asked, page_of
from simulator.api.requests import message_asked
from simulator.api.views import message_view
from simulator.connections import Connections
from simulator.directory import Line
from simulator.faults.plan import Callbacks, Plan
from simulator.messaging.record import Message
from simulator.world import World


@dataclass(frozen=True, kw_only=True)
class MessagesApi:
    world: World
    connections: Connections

    async def create(self, request: Request) -> Response:
        account_sid = authenticated(request, self.world.directory)
        form = dict(parse_qsl((await request.body()).decode(), keep_blank_values=True))
        plan = self.world.faults.plan(form.get("From", ""), form.get("To", ""))
        if plan.hang_up:
            return self._hang_up(request)
        if plan.refusal:
            raise plan.refusal
        message, line = self._take(form, account_sid, plan)
        shown_sid = self.world.carriage.sids.new("SM") if plan.wrong_sid else None
        whole = JSONResponse(message_view(message, shown_sid), status_code=201)
        carried = self.world.background.start(self.world.carriage.carry(message, line, plan))
        if plan.callbacks is Callbacks.BEFORE_ANSWER:
            await carried
        return await answer(request, whole, plan)

    async def one(self, request: Request) -> Response:
        account_sid = authenticated(request, self.world.directory)
        message = self.world.carriage.messages.get(request.path_params["sid"])
        if message is None or message.account_sid != account_sid:
            raise api_error(20404)
        return JSONResponse(message_view(message))

    async def page(self, request: Request) -> Response:
        account_sid = authenticated(request, self.world.directory)
        query = request.query_params
        asked = page_asked(request.url.path, query)
        found, more = page_of(self._matching(account_sid, query), asked)
        body = envelope(asked, [message.sid for message in found], more=more)
        return JSONResponse({"messages": [message_view(message) for message in found], **body})

    def _hang_up(self, request: Request) -> Response:
        if request.client:
            self.connections.cut(request.client)
        return Response()

    def _take(self, form: Mapping[str, str], account_sid: str, plan: Plan) -> tuple[Message, Line]:
        asked = message_asked(form, account_sid, self.world.directory)
        if self.world.inbox.blocked.holds(asked.from_, asked.to):
            raise api_error(21610)
        line = self.world.directory.line(asked.from_)
        message = self.world.carriage.take(
            line,
            asked.to,
            asked.body,
            status_callback=asked.status_callback,
            listed_after=plan.listed_after,
        )
        return message, line

    def _matching(self, account_sid: str, query: Mapping[str, str]) -> Iterator[Message]:
        """The filter on DateSent has the granularity of a day, and what is still queued passes none."""
        to, from_, now = query.get("To"), query.get("From"), self.world.carriage.clock.now()
        sent = filtered(query, "DateSent", by_day=True)
        return (
            message
            for message in self.world.carriage.messages.newest_first(to)
            if message.account_sid == account_sid
            and from_ in (None, message.from_)
            and sent(message.sent)
            and message.listed <= now
        )

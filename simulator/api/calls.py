"""GET of Calls: parent and child legs alike, newest first."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from simulator.api.access import authenticated
from simulator.api.errors import api_error
from simulator.api.moments import filtered
from simulator.api.paging import envelope, page_asked, page_of
from simulator.api.views import call_view
from simulator.voice.record import Leg
from simulator.world import World


@dataclass(frozen=True, kw_only=True)
class CallsApi:
    world: World

    async def one(self, request: Request) -> Response:
        account_sid = authenticated(request, self.world.directory)
        leg = self.world.calls.legs.get(request.path_params["sid"])
        if leg is None or leg.account_sid != account_sid:
            raise api_error(20404)
        return JSONResponse(call_view(leg))

    async def page(self, request: Request) -> Response:
        account_sid = authenticated(request, self.world.directory)
        query = request.query_params
        asked = page_asked(request.url.path, query)
        found, more = page_of(self._matching(account_sid, query), asked)
        body = envelope(asked, [leg.sid for leg in found], more=more)
        return JSONResponse({"calls": [call_view(leg) for leg in found], **body})

    def _matching(self, account_sid: str, query: Mapping[str, str]) -> Iterator[Leg]:
        to, from_, status = query.get("To"), query.get("From"), query.get("Status")
        started = filtered(query, "StartTime", by_day=False)
        ended = filtered(query, "EndTime", by_day=False)
        return (
            leg
            for leg in self.world.calls.newest_first(query.get("ParentCallSid"))
            if leg.account_sid == account_sid
            and to in (None, leg.to)
            and from_ in (None, leg.from_)
            and status in (None, leg.status)
            and started(leg.created)
            and ended(leg.ended)
        )

"""The real twilio client, pointed at the simulator: the tests of the API hold both ends together with it."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from aiohttp import ClientSession, encode_basic_auth
from twilio.http import HttpClient
from twilio.http.response import Response
from twilio.rest import Client

from tests.integration.simulator.customer import ACCOUNT, TOKEN


class Redirected(HttpClient):  # type: ignore[misc]  # twilio ships no types
    """Sends to the simulator what was meant for api.twilio.com, and remembers every answer as it came.

    twilio's own async client uses what aiohttp has deprecated, and warnings are errors here.
    """

    def __init__(self, url: str, session: ClientSession) -> None:
        super().__init__(logger=None, is_async=True)
        self.answers: list[Response] = []
        self._target = urlsplit(url)
        self._session = session

    async def request(
        self,
        method: str,
        url: str,
        *,
        auth: tuple[str, str],
        headers: Mapping[str, str] | None = None,
        timeout: float | None = None,  # noqa: ASYNC109  # the base class's signature
        **parts: Any,
    ) -> Response:
        del timeout
        target = urlsplit(url)._replace(scheme=self._target.scheme, netloc=self._target.netloc)
        sent = {**(headers or {}), "Authorization": encode_basic_auth(*auth)}
        async with self._session.request(method, urlunsplit(target), headers=sent, **parts) as answer:
            self.answers.append(Response(answer.status, await answer.text(), dict(answer.headers)))
        return self.answers[-1]


def rest_client(http: Redirected, token: str = TOKEN) -> Client:
    return Client(ACCOUNT, token, http_client=http)

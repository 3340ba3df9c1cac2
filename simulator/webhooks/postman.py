"""Delivers one webhook over HTTP, with Twilio's signature, time limits and retries."""

from time import monotonic
from typing import NamedTuple

from aiohttp import ClientError, ClientSession, ClientTimeout, ConnectionTimeoutError
from aiohttp.client_exceptions import ClientConnectorError
from twilio.request_validator import RequestValidator
from yarl import URL

from simulator.sids import Sids
from simulator.webhooks.form import encoded
from simulator.webhooks.letters import Letter, Receipt
from simulator.webhooks.patience import Patience, Trouble, addressed

_SERVER_ERRORS = 500
_CLIENT_ERRORS = 400


class _Try(NamedTuple):
    trouble: Trouble | None
    status: int | None = None
    body: str = ""
    content_type: str = ""


class Postman:
    def __init__(self, session: ClientSession, sids: Sids) -> None:
        self._session = session
        self._sids = sids

    async def deliver(self, letter: Letter) -> Receipt:
        """Try until it is taken, or the URL's patience is at its end. Never raises: the receipt says what happened."""
        url, patience = addressed(letter.url)
        headers, form = self._headers(letter, url), encoded(letter.params)
        began = monotonic()
        attempts, left = 0, patience.total_seconds
        while attempts <= patience.retries and left > 0:
            attempts += 1
            tried = await self._try(url, form, headers, _limits(patience, left))
            if tried.trouble not in patience.retried:
                break
            left = patience.total_seconds - (monotonic() - began)
        return Receipt(
            step=letter.step,
            sequence=letter.params.get("SequenceNumber"),
            status=tried.status,
            seconds=monotonic() - began,
            attempts=attempts,
            trouble=tried.trouble,
            body=tried.body,
            content_type=tried.content_type,
        )

    def _headers(self, letter: Letter, url: str) -> dict[str, str]:
        signature = RequestValidator(letter.token).compute_signature(url, letter.params)
        return {
            "X-Twilio-Signature": str(signature),
            "I-Twilio-Idempotency-Token": self._sids.new(""),
            "User-Agent": "TwilioProxy/1.1",
            "Content-Type": "application/x-www-form-urlencoded; charset=UTF-8",
        }

    async def _try(self, url: str, form: bytes, headers: dict[str, str], limits: ClientTimeout) -> _Try:
        try:
            address = URL(url, encoded=True)  # as it was signed, byte for byte
            async with self._session.post(address, data=form, headers=headers, timeout=limits) as answer:
                body = await answer.text(errors="replace")
        except (ClientConnectorError, ConnectionTimeoutError):
            return _Try(trouble=Trouble.CONNECT)
        except (ClientError, TimeoutError, OSError, ValueError):
            return _Try(trouble=Trouble.READ)
        return _Try(_trouble_of(answer.status), answer.status, body, answer.content_type)


def _limits(patience: Patience, left: float) -> ClientTimeout:
    return ClientTimeout(total=max(left, 0.001), sock_connect=patience.connect_seconds, sock_read=patience.read_seconds)


def _trouble_of(status: int) -> Trouble | None:
    if status >= _SERVER_ERRORS:
        return Trouble.SERVER_ERROR
    return Trouble.CLIENT_ERROR if status >= _CLIENT_ERRORS else None

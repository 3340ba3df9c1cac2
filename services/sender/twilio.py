"""Speaks to Twilio's Messages API through its own client, and tells exactly what is known of each message."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http import HTTPStatus
from typing import Any, Final

import aiohttp
import twilio.rest.api  # noqa: F401 - else its first use imports it, and holds up every POST for 90 ms
from twilio.base.exceptions import TwilioRestException, TwilioServiceException
from twilio.rest import Client

from runtime.secrets import SecretFolder, SecretMissing
from runtime.twilio import Exchange, client_of
from schemas.callbacks import MESSAGE_STATUS, Issued, callback_url
from services.sender.connections import Connections, Letter, Wire
from services.sender.delivery import delivery_of
from services.sender.errors import Answer, Created, Denied, NoAnswer, NotConnected, NoToken
from services.sender.settlement import Message
from services.sender.texts import Text

# Between one caller and one business; one page, and what is older is not looked for.
_NEWEST: Final = 200
_ABOUT_THE_QUESTION: Final = frozenset({HTTPStatus.BAD_REQUEST, HTTPStatus.NOT_FOUND, HTTPStatus.UNPROCESSABLE_ENTITY})
_log: Final = logging.getLogger(__name__)


class Unheard(Exception):  # noqa: N818 - it says what is known
    """Twilio did not answer a question, which is evidence of nothing.

    `at_all`: it would not have answered another either; else it is this question that it cannot answer.
    """

    def __init__(self, why: str, *, at_all: bool) -> None:
        super().__init__(why)
        self.at_all = at_all


class Messages:
    """Creates messages and asks about them. `public_url` is where Twilio reaches us; `base` may be another Twilio."""

    def __init__(self, tokens: SecretFolder, connections: Connections, *, public_url: str, base: str | None) -> None:
        self._tokens = tokens
        self._connections = connections
        self._public_url = public_url
        self._base = base

    async def post(self, text: Text, wire: Wire, *, validity_seconds: int) -> Answer:
        """Once. Raises nothing: each way it can end is an answer. Withheld is like not connected."""
        exchange = Exchange(self._connections.session(), self._base, letter=partial(Letter, wire=wire))
        try:
            client = self._client(text.account_sid, exchange)
        except SecretMissing:
            return NoToken()
        try:
            message = await client.messages.create_async(
                to=text.recipient,
                from_=text.sender,
                body=text.body,
                status_callback=self._callback(text),
                validity_period=validity_seconds,
            )
        except (TwilioRestException, TwilioServiceException) as error:
            return _denied(error.status, error.code, exchange.retry_after)
        except Exception as error:  # noqa: BLE001 - whatever it was, all that matters is whether anything went out
            return _without_answer(error, wire)
        return Created(message_sid=message.sid) if message.sid else NoAnswer()

    async def listed(self, account: str, *, sender: str, recipient: str) -> list[Message]:
        """The newest from one number to another. Not filtered by DateSent, which what is queued does not have."""
        with _hearing():
            client = self._client(account, Exchange(self._connections.session(), self._base))
            found = await client.messages.list_async(to=recipient, from_=sender, limit=_NEWEST, page_size=_NEWEST)
            return [_message(one) for one in found]

    async def one(self, account: str, message_sid: str) -> Message | None:
        """None where Twilio knows no such message."""
        with _hearing():
            client = self._client(account, Exchange(self._connections.session(), self._base))
            try:
                return _message(await client.messages(message_sid).fetch_async())
            except TwilioRestException as error:
                if error.status == HTTPStatus.NOT_FOUND:
                    return None
                raise

    def _client(self, account: str, exchange: Exchange) -> Client:
        """Raises SecretMissing."""
        return client_of(account, self._tokens.secrets(account)[0], exchange)

    def _callback(self, text: Text) -> str:
        """Receipts name the message alone: our own ids come back in the URL, which Twilio signs."""
        ids = {
            Issued.TEXT: text.text_id,
            Issued.CONVERSATION: text.conversation_id,
            Issued.BUSINESS: text.business_id,
        }
        return callback_url(self._public_url, MESSAGE_STATUS, ids)


@contextmanager
def _hearing() -> Iterator[None]:
    """Whatever kept an answer away, there is none. Its own message is left out: it holds numbers."""
    try:
        yield
    except TwilioRestException as error:
        raise Unheard(f"HTTP status {error.status}", at_all=error.status not in _ABOUT_THE_QUESTION) from None
    except (aiohttp.ClientError, OSError, TimeoutError, SecretMissing) as error:
        raise Unheard(type(error).__name__, at_all=True) from None
    except Exception as error:  # noqa: BLE001 - an answer that cannot be read is evidence of nothing
        raise Unheard(type(error).__name__, at_all=False) from None


def _message(one: Any) -> Message:
    code = one.error_code
    return Message(
        sid=one.sid,
        body=one.body or "",
        created_at=one.date_created,
        delivery=delivery_of(str(one.status)),
        error_code=int(code) if code else None,
    )


def _denied(status: int, code: int | None, retry_after: float | None) -> Denied:
    """Where Twilio says no code, its client puts the HTTP status there."""
    return Denied(status=status, code=code if code != status else None, retry_after=retry_after)


def _without_answer(error: Exception, wire: Wire) -> Answer:
    why = {"action": "post_unanswered", "why": type(error).__name__, "begun": wire.begun}
    _log.warning("a POST got no answer", extra=why)
    return NoAnswer() if wire.begun else NotConnected()

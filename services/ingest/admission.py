"""Who is let in: an account whose tokens we hold, and a signature that one of them made."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from starlette.requests import Request

from runtime.secrets import SecretFolder, SecretMissing
from services.ingest.body import header, read_form
from services.ingest.forms import Form
from services.ingest.refusals import Refusal, Refused
from services.ingest.twilio import signed_with_any
from services.ingest.webhook import Webhook, is_word


@dataclass(frozen=True, slots=True, kw_only=True)
class Admission:
    """Nothing of a request is believed, looked up or logged before its signature holds."""

    credentials: SecretFolder
    public_url: str

    async def admit(self, request: Request) -> Webhook:
        """Raises Refused."""
        form = await read_form(request)
        tokens = self._tokens(form.said.get("AccountSid", ""))
        signature = header(request, b"x-twilio-signature")
        query: bytes = request.scope["query_string"]
        url = self._signed_url(request.scope["path"], query)
        if not signed_with_any(tokens, url=url, form=form, signature=signature):
            raise Refused(Refusal.SIGNATURE_WRONG)
        return Webhook(said=form.said, query=_understood(query))

    def _tokens(self, account_sid: str) -> tuple[str, ...]:
        """During a rotation both tokens hold: Twilio changes over at a moment that is not ours."""
        if not is_word(account_sid):
            raise Refused(Refusal.ACCOUNT_UNKNOWN)
        try:
            return self.credentials.secrets(account_sid)
        except SecretMissing:
            raise Refused(Refusal.ACCOUNT_UNKNOWN) from None

    def _signed_url(self, path: str, query: bytes) -> str:
        """The URL that Twilio was given. What this process sees behind a proxy has another host, scheme and port."""
        return f"{self.public_url}{path}{'?' if query else ''}{query.decode('latin-1')}"


def _understood(query: bytes) -> Mapping[str, str]:
    try:
        return Form.parse(query).said
    except ValueError:
        raise Refused(Refusal.UNREADABLE) from None

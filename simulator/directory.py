"""The accounts and phone numbers that this Twilio knows, as its customers configured them."""

from dataclasses import dataclass, field
from enum import StrEnum

from pydantic import BaseModel, ConfigDict, Field


class OptOut(StrEnum):
    DEFAULT = "default"
    """Twilio answers single keywords itself and blocks the pair."""
    ADVANCED = "advanced"
    """The same, and the inbound webhook carries OptOutType."""
    OFF = "off"
    """Keywords are messages like any other."""


class Account(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")
    tokens: tuple[str, ...] = Field(min_length=1)
    """The first one is primary: it signs webhooks. Every one opens the API."""


class Number(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")
    account_sid: str = Field(pattern="^AC[0-9a-fA-F]{32}$")
    voice_url: str | None = None
    voice_twiml: str | None = None
    """The customer's own voice application, obeyed where there is no voice_url."""
    sms_url: str | None = None
    status_callback_url: str | None = None
    opt_out: OptOut = OptOut.DEFAULT


@dataclass(frozen=True, kw_only=True)
class Line:
    """A number together with the account that owns it: what a call or text needs to know."""

    e164: str
    number: Number
    account_sid: str
    token: str


class UnknownNumberError(Exception):
    """Nobody has connected this number: PUT /control/numbers/{e164} first."""


@dataclass(kw_only=True)
class Directory:
    accounts: dict[str, Account] = field(default_factory=dict)
    numbers: dict[str, Number] = field(default_factory=dict)

    def line(self, e164: str) -> Line:
        number = self.numbers.get(e164)
        if number is None:
            raise UnknownNumberError("no such number: PUT /control/numbers/{e164} first")
        account = self.accounts.get(number.account_sid)
        if account is None:
            raise UnknownNumberError("the number's account is unknown: PUT /control/accounts/{sid} first")
        return Line(e164=e164, number=number, account_sid=number.account_sid, token=account.tokens[0])

    def owns(self, account_sid: str, e164: str) -> bool:
        number = self.numbers.get(e164)
        return number is not None and number.account_sid == account_sid

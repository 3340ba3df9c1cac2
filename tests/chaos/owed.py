"""The texts that chaos owes: each to a recipient of its own, by which its messages are counted at Twilio."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

ACCOUNTS: Final = 4
TOKEN: Final = "token-of-the-chaos"


@dataclass(frozen=True, slots=True, kw_only=True)
class Owed:
    """`row`: the fault it is counted under."""

    number: int
    row: str

    @property
    def text_id(self) -> str:
        return f"text-{self.number}"

    @property
    def recipient(self) -> str:
        return f"+1312{self.number:07d}"

    @property
    def account(self) -> int:
        return self.number % ACCOUNTS


def account_sid(account: int) -> str:
    return f"AC{account + 0xA0:032x}"


def sender_of(account: int) -> str:
    return f"+1415555010{account}"

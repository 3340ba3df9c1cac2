"""How long Twilio waits for a webhook and what it retries, as the fragment of the URL overrides it."""

from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import parse_qs, urldefrag


class Trouble(StrEnum):
    """Why a delivery failed, in the words of the `rp` override."""

    CONNECT = "ct"
    READ = "rt"
    CLIENT_ERROR = "4xx"
    SERVER_ERROR = "5xx"


@dataclass(frozen=True, kw_only=True)
class Patience:
    """Twilio's defaults: 15 s in all, and only a failed connection is tried again, once. Seconds are real."""

    retries: int = 1
    retried: frozenset[Trouble] = frozenset({Trouble.CONNECT})
    connect_seconds: float = 5.0
    read_seconds: float = 15.0
    total_seconds: float = 15.0


def addressed(url: str) -> tuple[str, Patience]:
    """The URL as it is sent and signed, which is without its fragment, and the patience the fragment asks for."""
    bare, fragment = urldefrag(url)
    if not fragment:
        return bare, Patience()
    asked = {name: values[0] for name, values in parse_qs(fragment).items()}
    return bare, Patience(
        retries=_whole(asked.get("rc"), least=0, most=5, otherwise=1),
        retried=_policy(asked.get("rp", "ct")),
        connect_seconds=_whole(asked.get("ct"), least=100, most=10_000, otherwise=5_000) / 1000,
        read_seconds=_whole(asked.get("rt"), least=100, most=15_000, otherwise=15_000) / 1000,
        total_seconds=_whole(asked.get("tt"), least=100, most=15_000, otherwise=15_000) / 1000,
    )


def _whole(text: str | None, *, least: int, most: int, otherwise: int) -> int:
    return min(max(int(text), least), most) if text and text.isdecimal() else otherwise


def _policy(text: str) -> frozenset[Trouble]:
    asked = set(text.split(","))
    return frozenset(trouble for trouble in Trouble if trouble in asked or "all" in asked)

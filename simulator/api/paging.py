"""Twilio's pages: newest first, the next page named by the last SID of this one, so that new arrivals shift nothing."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import dropwhile, islice
from typing import Any, Protocol, TypeVar
from urllib.parse import urlencode

from simulator.api.errors import ApiError, api_error

_DEFAULT, _MOST = 50, 1000


class HasSid(Protocol):
    @property
    def sid(self) -> str: ...


Item = TypeVar("Item", bound=HasSid)


@dataclass(frozen=True, kw_only=True)
class PageAsked:
    path: str
    filters: Mapping[str, str]
    size: int
    number: int
    after: str | None
    """The SID of the last item already seen."""


def page_asked(path: str, query: Mapping[str, str]) -> PageAsked:
    filters = {name: value for name, value in query.items() if not name.startswith("Page")}
    token = query.get("PageToken", "")
    size = _whole(query, "PageSize", _DEFAULT)
    if size < 1:
        raise _malformed("PageSize")
    return PageAsked(
        path=path,
        filters=filters,
        size=min(size, _MOST),
        number=_whole(query, "Page", 0),
        after=token.removeprefix("PA") or None,
    )


def page_of(items: Iterator[Item], asked: PageAsked) -> tuple[list[Item], bool]:
    """The items of the page, and whether more follow."""
    if asked.after:
        items = islice(dropwhile(lambda item: item.sid != asked.after, items), 1, None)
    found = list(islice(items, asked.size + 1))
    return found[: asked.size], len(found) > asked.size


def envelope(asked: PageAsked, sids: list[str], *, more: bool) -> dict[str, Any]:
    """The fields around the items, as every list of Twilio's has them."""
    start = asked.number * asked.size
    following = _uri(asked, asked.number + 1, f"PA{sids[-1]}") if more else None
    return {
        "end": max(start + len(sids) - 1, start) if sids else start,
        "first_page_uri": _uri(asked, 0),
        "next_page_uri": following,
        "page": asked.number,
        "page_size": asked.size,
        "previous_page_uri": None,
        "start": start,
        "uri": _uri(asked, asked.number, f"PA{asked.after}" if asked.after else None),
    }


def _uri(asked: PageAsked, number: int, token: str | None = None) -> str:
    query = {**asked.filters, "PageSize": str(asked.size), "Page": str(number)}
    return f"{asked.path}?{urlencode(query | ({'PageToken': token} if token else {}))}"


def _whole(query: Mapping[str, str], name: str, otherwise: int) -> int:
    text = query.get(name)
    if not text:
        return otherwise
    if not text.isdecimal():
        raise _malformed(name)
    return int(text)


def _malformed(name: str) -> ApiError:
    error = api_error(20001)
    return ApiError(code=error.code, message=f"Invalid {name}", status=error.status)

"""Pages and date filters of Twilio's lists."""

from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import parse_qsl, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.api.errors import ApiError
from simulator.api.moments import filtered
from simulator.api.paging import envelope, page_asked, page_of

PATH = "/2010-04-01/Accounts/AC1/Messages.json"
NOON = datetime(2026, 1, 5, 12, 0, tzinfo=UTC)


@dataclass(frozen=True, kw_only=True)
class Item:
    sid: str


@given(st.integers(0, 40), st.integers(1, 12))
def test_following_the_pages_reads_everything_once_and_keeps_the_filters(count: int, size: int) -> None:
    items = [Item(sid=f"SM{number}") for number in range(count)]
    seen, query = [], {"To": "+1", "PageSize": str(size)}
    while True:
        asked = page_asked(PATH, query)
        found, more = page_of(iter(items), asked)
        seen += found
        body = envelope(asked, [item.sid for item in found], more=more)
        assert len(found) <= size == body["page_size"]
        if body["next_page_uri"] is None:
            break
        query = dict(parse_qsl(urlsplit(body["next_page_uri"]).query))
        assert query["To"] == "+1"
    assert seen == items


@pytest.mark.parametrize("query", [{"PageSize": "0"}, {"PageSize": "many"}, {"Page": "-1"}])
def test_a_page_that_cannot_be_is_refused(query: dict[str, str]) -> None:
    with pytest.raises(ApiError) as refused:
        page_asked(PATH, query)
    assert refused.value.message == f"Invalid {next(iter(query))}"


def test_a_page_holds_a_thousand_at_most() -> None:
    assert page_asked(PATH, {"PageSize": "5000"}).size == 1000


@pytest.mark.parametrize(
    ("query", "by_day", "passes"),
    [
        pytest.param({}, True, True, id="no filter"),
        pytest.param({"At": "2026-01-05"}, True, True, id="on the day"),
        pytest.param({"At": "2026-01-04"}, True, False, id="not on that day"),
        pytest.param({"At<": "2026-01-05"}, True, True, id="up to the day itself"),
        pytest.param({"At<": "2026-01-04"}, True, False, id="before"),
        pytest.param({"At>": "2026-01-05T23:59:59Z"}, True, True, id="by day the hour does not count"),
        pytest.param({"At>": "2026-01-05T12:00:01Z"}, False, False, id="by moment it does"),
        pytest.param({"At>": "2026-01-05T12:00:00Z"}, False, True, id="from that moment on"),
        pytest.param({"At>": "Mon, 05 Jan 2026 11:00:00 +0000"}, False, True, id="RFC 2822"),
        pytest.param({"At>": "2026-01-05T13:00:00+02:00"}, False, True, id="another zone"),
        pytest.param({"At>": "2026-01-01", "At<": "2026-01-04"}, True, False, id="both bounds"),
    ],
)
def test_which_times_pass_a_date_filter(query: dict[str, str], *, by_day: bool, passes: bool) -> None:
    assert filtered(query, "At", by_day=by_day)(NOON) is passes


def test_what_has_no_time_passes_only_where_there_is_no_filter() -> None:
    assert filtered({}, "At", by_day=True)(None)
    assert not filtered({"At>": "2020-01-01"}, "At", by_day=True)(None)


def test_a_date_that_is_none_is_refused_by_name() -> None:
    with pytest.raises(ApiError) as refused:
        filtered({"At>": "yesterday"}, "At", by_day=True)
    assert refused.value.message == "Invalid At>"

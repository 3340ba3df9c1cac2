"""A reason is kept for good: it holds no phone number, in whatever way numbers are written."""

from __future__ import annotations

import pytest
import typer
from hypothesis import given
from hypothesis import strategies as st

from missedcall.because import checked, holds_number

SID = "SM" + "1234567890" * 3 + "12"
UUID = "12345678-1234-5678-1234-567812345678"


@pytest.mark.parametrize(
    "text",
    [
        "+14155550123",
        "4155550123",
        "called(415) 555-0123twice",
        "415.555.0123",
        "415 / 555 01 23",
        "+49 30 1234567",
        "555-0123",
        "number4155550123",
        "2026-03-02-4155",
        "٤١٥٥٥٥٠١٢٣",
    ],
)
def test_numbers_are_found_however_they_are_written(text: str) -> None:
    assert holds_number(f"we looked for {text}, and it was there")


@pytest.mark.parametrize(
    "text",
    ["ticket 123456", f"it is {SID} there", f"as text {UUID} was", "on 2026-03-02 15:00-16:30", "at 2026-03-02T15:00Z"],
)
def test_ids_dates_and_short_numbers_are_none(text: str) -> None:
    assert not holds_number(text)


@given(number=st.from_regex(r"[2-9][0-9]{9}", fullmatch=True), gaps=st.lists(st.sampled_from(" .-()"), max_size=9))
def test_no_way_to_space_a_number_hides_it(number: str, gaps: list[str]) -> None:
    spaced = "".join(digit + gap for digit, gap in zip(number, [*gaps, *[""] * 10], strict=False))
    assert holds_number(spaced)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "it is empty"),
        ("  ", "it is empty"),
        ("two\nlines", "it is no line"),
        ("red \x1b[31m", "it is no line"),
        ("x" * 501, "at most 500"),
        ("told by +14155550123", "a phone number may stand in it"),
    ],
)
def test_what_is_no_reason_is_refused_and_not_repeated(text: str, problem: str) -> None:
    with pytest.raises(typer.BadParameter, match=problem) as refused:
        checked(text)
    assert "4155550123" not in str(refused.value)


def test_a_reason_is_kept_without_the_spaces_around_it() -> None:
    assert checked(" seen in the log ") == "seen in the log"

"""A form is read as it was signed: nothing dropped, nothing guessed."""

from __future__ import annotations

from urllib.parse import parse_qsl, urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.ingest.forms import MAX_FIELDS, Form

TEXT = st.text(st.characters(exclude_categories=["Cs"]))
WIRE = st.lists(st.sampled_from([b"&", b"=", b"+", b"%", b"%2B", b"%C3", b"%A9", b"\xc3\xa9", b"\xff", b"a", b"1"]))


@pytest.mark.parametrize(
    ("encoded", "said"),
    [
        pytest.param(b"", {}, id="empty"),
        pytest.param(b"Body=&From=%2B1", {"Body": "", "From": "+1"}, id="a blank value is kept"),
        pytest.param(b"Body", {"Body": ""}, id="a name alone is a blank value"),
        pytest.param(b"Body=a+b%26c", {"Body": "a b&c"}, id="plus is a space, escapes are undone"),
        pytest.param("Body=Grüße".encode(), {"Body": "Grüße"}, id="UTF-8 as it is"),
        pytest.param(b"Body=%F0%9F%93%9E", {"Body": "\N{TELEPHONE RECEIVER}"}, id="UTF-8 escaped"),
        pytest.param(b"A=1&A=1", {"A": "1"}, id="said twice alike is said once"),
        pytest.param(b"A=2&A=1", {"A": "2, 1"}, id="said differently is all kept"),
    ],
)
def test_a_form_holds_every_field(encoded: bytes, said: dict[str, str]) -> None:
    assert Form.parse(encoded).said == said


@pytest.mark.parametrize(
    "encoded",
    [
        pytest.param(b"Body=\xff\xfe", id="bytes that are not UTF-8"),
        pytest.param(b"Body=%ff", id="escapes that are not UTF-8"),
        pytest.param(b"Body=%ED%A0%80", id="half a surrogate pair"),
        pytest.param(b"&".join(b"a%d=" % i for i in range(MAX_FIELDS + 1)), id="more fields than any webhook has"),
    ],
)
def test_rubbish_is_no_form(encoded: bytes) -> None:
    with pytest.raises(ValueError, match=r"codec|fields"):
        Form.parse(encoded)


@given(st.dictionaries(TEXT, TEXT))
def test_any_fields_whatsoever_are_kept_whole(fields: dict[str, str]) -> None:
    assert Form.parse(urlencode(fields).encode()).said == fields


@given(st.one_of(st.binary(max_size=40), WIRE.map(b"".join)))
def test_whatever_comes_is_read_as_the_standard_library_reads_it(encoded: bytes) -> None:
    try:
        pairs = parse_qsl(encoded.decode(), keep_blank_values=True, errors="strict")
    except UnicodeDecodeError:
        with pytest.raises(UnicodeDecodeError):
            Form.parse(encoded)
    else:
        expected: dict[str, list[str]] = {}
        for name, value in pairs:
            expected.setdefault(name, []).append(value)
        form = Form.parse(encoded)
        assert {name: [*form.values(name)] for name in form.said} == expected

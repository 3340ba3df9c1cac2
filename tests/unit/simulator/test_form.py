"""Forms on the wire."""

from urllib.parse import parse_qsl

from hypothesis import given
from hypothesis import strategies as st

from simulator.webhooks.form import encoded

NAMES = st.text("abcXYZ019", min_size=1)


@given(st.dictionaries(NAMES, st.text(st.characters(codec="utf-8"))))
def test_whatever_is_encoded_is_read_back_with_blanks_kept(params: dict[str, str]) -> None:
    assert dict(parse_qsl(encoded(params).decode(), keep_blank_values=True)) == params

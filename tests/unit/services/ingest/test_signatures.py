"""Only what the account's own token signed, for the URL that Twilio was given, comes from Twilio."""

from __future__ import annotations

from urllib.parse import urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.datastructures import ImmutableMultiDict
from twilio.request_validator import RequestValidator

from services.ingest.forms import Form
from services.ingest.twilio import _signature, _signed, signed_with_any
from tests.unit.services.ingest.webhooks import OLD_TOKEN, PUBLIC, TOKEN, VOICE, signature

URL = f"{PUBLIC}/twilio/voice?business=b1&conversation=c1_x"
PAIRS = list(VOICE.items())
TEXT = st.text(st.characters(exclude_categories=["Cs"]))


def form(pairs: list[tuple[str, str]]) -> Form:
    return Form.parse(urlencode(pairs).encode())


@pytest.mark.parametrize(
    "pairs",
    [
        pytest.param(PAIRS, id="a call"),
        pytest.param([("Body", ""), ("From", "")], id="blank values are signed too"),
        pytest.param([("A", "1"), ("A", "1"), ("B", "2")], id="a name twice alike"),
        pytest.param([("A", "2"), ("A", "1")], id="a name twice, differently"),
        pytest.param([("Body", "Grüße \N{TELEPHONE RECEIVER}\n")], id="beyond ASCII"),
        pytest.param([], id="no fields"),
    ],
)
@pytest.mark.parametrize("token", [pytest.param(TOKEN, id="new token"), pytest.param(OLD_TOKEN, id="old token")])
def test_what_either_token_signed_is_genuine(pairs: list[tuple[str, str]], token: str) -> None:
    signed = signature(token, URL, pairs)
    assert signed_with_any([TOKEN, OLD_TOKEN], url=URL, form=form(pairs), signature=signed)


@pytest.mark.parametrize(
    "url",
    [
        pytest.param(URL.replace("https:", "http:"), id="another scheme"),
        pytest.param(URL.replace("hooks", "other"), id="another host"),
        pytest.param(URL.replace("voice", "message"), id="another endpoint"),
        pytest.param(URL.replace("b1", "b2"), id="another business in the query"),
        pytest.param(URL.partition("?")[0], id="without its query"),
    ],
)
def test_a_signature_holds_for_its_own_url_alone(url: str) -> None:
    assert not signed_with_any([TOKEN], url=url, form=form(PAIRS), signature=signature(TOKEN, URL, PAIRS))


def test_a_url_that_was_signed_with_its_port_is_the_same_url() -> None:
    signed = signature(TOKEN, URL.replace(PUBLIC, f"{PUBLIC}:443"), PAIRS)
    assert signed_with_any([TOKEN], url=URL, form=form(PAIRS), signature=signed)


@pytest.mark.parametrize("forged", ["", "x", "A" * 27 + "=", signature("guess", URL, PAIRS), "\xff" * 28])
def test_a_forged_signature_is_found_out(forged: str) -> None:
    assert not signed_with_any([TOKEN, OLD_TOKEN], url=URL, form=form(PAIRS), signature=forged)


def test_without_a_token_nothing_is_genuine() -> None:
    assert not signed_with_any([], url=URL, form=form(PAIRS), signature=signature(TOKEN, URL, PAIRS))


@given(st.dictionaries(TEXT, TEXT, min_size=1), st.data())
def test_a_form_that_was_changed_on_the_way_is_found_out(fields: dict[str, str], data: st.DataObject) -> None:
    changed = fields | {data.draw(st.sampled_from(sorted(fields))): data.draw(TEXT)}
    holds = signed_with_any(
        [TOKEN], url=URL, form=form([*changed.items()]), signature=signature(TOKEN, URL, fields.items())
    )
    assert holds == (changed == fields)


@given(st.lists(st.tuples(st.text("aB+ &=", max_size=3), st.text("aé+ &=\n", max_size=3)), max_size=6))
def test_what_is_taken_for_the_signature_is_what_twilios_own_library_computes(pairs: list[tuple[str, str]]) -> None:
    """Without asking it: `validate` computes a signature anew, and every call waits for that."""
    ours = _signature(TOKEN, _signed(URL, form(pairs)))
    assert ours.decode() == RequestValidator(TOKEN).compute_signature(URL, ImmutableMultiDict(pairs))

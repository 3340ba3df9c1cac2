"""A business's template becomes a lawful text, or is refused with what it lacks."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.texts import Encoding
from schemas.words import DEFAULT_TEMPLATE, NoWords, measured, plain, words_of

PHONE = "+14155550199"
NOTICES = "Reply STOP to opt out. Msg & data rates may apply."


def test_the_default_template_says_everything_in_two_segments() -> None:
    words = words_of(DEFAULT_TEMPLATE, business="Joe's Plumbing", phone=PHONE)
    assert words.body == (
        "Hi, sorry we missed your call at Joe's Plumbing. We will get back to you shortly. "
        "Reply to this message or call (415) 555-0199. Reply STOP to opt out. Msg & data rates may apply."
    )
    assert (words.encoding, words.segments) == (Encoding.GSM7, 2)


@pytest.mark.parametrize(
    ("template", "body"),
    [
        pytest.param("{business} here.", f"Acme here. {NOTICES}", id="both are lacking"),
        pytest.param(
            "{business}. Reply STOP to opt out.",
            "Acme. Reply STOP to opt out. Msg & data rates may apply.",
            id="the rates are lacking",
        ),
        pytest.param(
            "MSG & DATA RATES MAY APPLY. {business}",
            "MSG & DATA RATES MAY APPLY. Acme Reply STOP to opt out.",
            id="the opt-out is lacking, the other stands in capitals",
        ),
        pytest.param(f"{{business}}. {NOTICES}", f"Acme. {NOTICES}", id="nothing is lacking"),
    ],
)
def test_the_notices_are_always_in_and_never_twice(template: str, body: str) -> None:
    assert words_of(template, business="Acme", phone=PHONE).body == body


@pytest.mark.parametrize(
    ("template", "business", "phone", "lacking"),
    [
        pytest.param("We missed you.", "Acme", PHONE, "business's name", id="no name"),
        pytest.param("", "Acme", PHONE, "business's name", id="nothing at all"),
        pytest.param("{business}", "  ", PHONE, "no name", id="a business without a name"),
        pytest.param("{business} {owner}", "Acme", PHONE, "{owner}", id="a placeholder that means nothing"),
        pytest.param("{Business}", "Acme", PHONE, "{Business}", id="placeholders are in small letters"),
        pytest.param("{business} {phone}", "Acme", "", "no phone", id="a business without a number"),
        pytest.param("{business} " + "x" * 1600, "Acme", PHONE, "1600", id="longer than Twilio takes"),
    ],
)
def test_a_template_is_refused_with_what_it_lacks(template: str, business: str, phone: str, lacking: str) -> None:
    with pytest.raises(NoWords) as refusal:
        words_of(template, business=business, phone=phone)
    assert lacking in str(refusal.value)


def test_the_name_may_stand_in_the_template_as_itself() -> None:
    assert words_of("ACME missed you", business="Acme", phone=PHONE).body.startswith("ACME missed you")


def test_a_name_that_looks_like_a_placeholder_stays_a_name() -> None:
    assert words_of("{business}!", business="{phone} Inc", phone=PHONE).body.startswith("{phone} Inc!")


def test_a_number_of_another_country_is_shown_with_its_code() -> None:
    assert "+44 20 7946 0018" in words_of("{business} {phone}", business="Acme", phone="+442079460018").body


@pytest.mark.parametrize(
    ("typed", "sent"),
    [
        pytest.param("Joe\u2019s \u201cCafe\u201d", 'Joe\'s "Cafe"', id="curly quotes"),
        pytest.param("9\u20135 \u2014 daily", "9-5 - daily", id="dashes"),
        pytest.param("soon\u2026", "soon...", id="an ellipsis"),
        pytest.param("a\u00a0b\u200b", "a b", id="spaces that are none"),
        pytest.param("Cafe\u0301", "Caf\u00e9", id="a letter and its accent apart"),
    ],
)
def test_typographic_characters_do_not_make_a_text_dearer(typed: str, sent: str) -> None:
    words = words_of(f"{typed} {{business}}", business="Acme", phone=PHONE)
    assert words.body.startswith(f"{sent} Acme")
    assert words.encoding is Encoding.GSM7


@pytest.mark.parametrize(
    ("body", "encoding", "segments"),
    [
        pytest.param("a" * 160, Encoding.GSM7, 1, id="160 alone"),
        pytest.param("a" * 161, Encoding.GSM7, 2, id="161 are two"),
        pytest.param("a" * 306, Encoding.GSM7, 2, id="twice 153"),
        pytest.param("a" * 307, Encoding.GSM7, 3, id="one more than twice 153"),
        pytest.param("€" * 80, Encoding.GSM7, 1, id="an escaped character costs two"),
        pytest.param("€" * 81, Encoding.GSM7, 2, id="81 escaped characters"),
        pytest.param("a" * 152 + "€" + "a" * 152, Encoding.GSM7, 3, id="an escape is not split, so 306 need three"),
        pytest.param("я" * 70, Encoding.UCS2, 1, id="70 alone"),
        pytest.param("я" * 71, Encoding.UCS2, 2, id="71 are two"),
        pytest.param("я" * 134, Encoding.UCS2, 2, id="twice 67"),
        pytest.param("я" * 135, Encoding.UCS2, 3, id="one more than twice 67"),
        pytest.param("👋" * 35, Encoding.UCS2, 1, id="an emoji costs two"),
        pytest.param("👋" * 67, Encoding.UCS2, 3, id="33 emoji a segment: a pair is not split"),
        pytest.param("a" * 70 + "👋", Encoding.UCS2, 2, id="one emoji makes the whole text dearer"),
    ],
)
def test_segments_are_counted_as_the_carrier_counts(body: str, encoding: Encoding, segments: int) -> None:
    words = measured(body)
    assert (words.encoding, words.segments) == (encoding, segments)


bodies = st.text(st.sampled_from("ab €{é\u044f👋"), max_size=400)


@given(before=bodies, after=bodies)
def test_more_text_never_costs_fewer_segments(before: str, after: str) -> None:
    assert measured(before).segments <= measured(before + after).segments


@given(name=st.text(st.characters(categories=["L", "N", "P", "S"]), min_size=1, max_size=40).filter(plain))
def test_whatever_the_name_the_text_holds_it_and_the_notices(name: str) -> None:
    body = words_of(DEFAULT_TEMPLATE, business=name, phone=PHONE).body
    assert plain(name).strip() in body
    assert NOTICES in body

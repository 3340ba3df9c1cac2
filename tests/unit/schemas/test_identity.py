"""Who stands in a From field, and what names a person without the number."""

from __future__ import annotations

import phonenumbers
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from schemas.identity import Caller, CallerKind, Identities, caller_of, e164

OURS = Identities(b"k" * 32)
NUMBERS = st.builds("+1{}{:07d}".format, st.sampled_from([415, 212, 646]), st.integers(2_000_000, 9_999_999))
CASES = [
    ("in E.164", "+14155550100", Caller(kind=CallerKind.NUMBER, number="+14155550100")),
    ("as people write it", "(415) 555-0100", Caller(kind=CallerKind.NUMBER, number="+14155550100")),
    ("with spaces around", " +14155550100 ", Caller(kind=CallerKind.NUMBER, number="+14155550100")),
    ("from abroad", "+442079460000", Caller(kind=CallerKind.NUMBER, number="+442079460000")),
    ("anonymous", "anonymous", Caller(kind=CallerKind.WITHHELD)),
    ("Restricted, capital", "Restricted", Caller(kind=CallerKind.WITHHELD)),
    ("private", "private", Caller(kind=CallerKind.WITHHELD)),
    ("unavailable", "unavailable", Caller(kind=CallerKind.WITHHELD)),
    ("unknown", "unknown", Caller(kind=CallerKind.WITHHELD)),
    ("nothing", "", Caller(kind=CallerKind.WITHHELD)),
    ("ANONYMOUS on a keypad", "+266696687", Caller(kind=CallerKind.WITHHELD)),
    ("RESTRICTED on a keypad", "+7378742833", Caller(kind=CallerKind.WITHHELD)),
    ("BLOCKED on a keypad", "+2562533", Caller(kind=CallerKind.WITHHELD)),
    ("UNKNOWN on a keypad", "+8656696", Caller(kind=CallerKind.WITHHELD)),
    ("UNAVAILABLE on a keypad", "+86282452253", Caller(kind=CallerKind.WITHHELD)),
    ("a Twilio client", "client:alice", Caller(kind=CallerKind.CLIENT)),
    ("SIP", "sip:bob@example.com", Caller(kind=CallerKind.SIP)),
    ("secure SIP", "SIPS:bob@example.com", Caller(kind=CallerKind.SIP)),
    ("a short code", "88811", Caller(kind=CallerKind.SHORT_CODE)),
    ("words", "front desk", Caller(kind=CallerKind.INVALID)),
    ("too many digits", "+1415555010012345", Caller(kind=CallerKind.INVALID)),
]


@pytest.mark.parametrize(("raw", "caller"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_a_from_field_is_understood(raw: str, caller: Caller) -> None:
    assert caller_of(raw) == caller


@given(number=NUMBERS)
def test_every_way_to_write_a_number_gives_one_form(number: str) -> None:
    parsed = phonenumbers.parse(number)
    for form in (
        phonenumbers.PhoneNumberFormat.NATIONAL,
        phonenumbers.PhoneNumberFormat.INTERNATIONAL,
        phonenumbers.PhoneNumberFormat.RFC3966,
    ):
        assert e164(phonenumbers.format_number(parsed, form)) == number


@given(raw=st.from_regex(r"\+1[0-9]{9,11}", fullmatch=True))
def test_a_north_american_number_is_what_the_library_makes_of_it(raw: str) -> None:
    """We do not ask it about those that are plain; of all others it has the say."""
    parsed = phonenumbers.parse(raw)
    form = phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)
    assert e164(raw) == (form if phonenumbers.is_possible_number(parsed) else None)


@given(raw=st.text(max_size=40))
def test_whatever_is_written_the_result_is_e164_or_nothing(raw: str) -> None:
    number = e164(raw)
    assert number is None or (number[0] == "+" and number[1:].isdigit() and e164(number) == number)


@given(number=NUMBERS)
def test_a_number_has_another_name_with_another_key_at_another_business_and_in_another_role(number: str) -> None:
    names = {
        OURS.person(number),
        OURS.number(number),
        OURS.nobody(number),
        OURS.conversation("b1", number),
        OURS.conversation("b2", number),
        Identities(b"x" * 32).person(number),
        Identities(b"x" * 32).conversation("b1", number),
    }
    assert len(names) == 7
    assert not any(number.lstrip("+") in name for name in names)


@given(one=NUMBERS, other=NUMBERS)
def test_two_people_never_share_a_name(one: str, other: str) -> None:
    assume(one != other)
    assert OURS.person(one) != OURS.person(other)


def test_the_parts_of_a_conversation_cannot_be_shifted_into_each_other() -> None:
    assert OURS.conversation("b1", "2") != OURS.conversation("b", "12")


def test_a_name_tells_which_key_made_it() -> None:
    """Keys are rotated: what was named before must be found again."""
    later = Identities(b"k" * 32, key_id="2")
    assert later.person("+14155550100").startswith("p2_")
    assert later.conversation("b1", "+14155550100").startswith("c2_")

"""Records on the disk: unreadable to whoever has no key, and rubbish rather than an error where they are no records."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runtime.events import Outgoing
from schemas.calls import CALLS_INGESTED
from services.ingest.spool.cipher import Cipher
from services.ingest.spool.frames import framed
from services.ingest.spool.pages import Lane, read, written
from tests.unit.services.ingest.webhooks import CALLER

CIPHER = Cipher(b"s" * 32)
TEXT = st.text(max_size=40)
RECORDS = st.lists(st.builds(Outgoing, topic=TEXT, key=TEXT, id=TEXT, value=st.binary(max_size=300)), max_size=5)


def record(topic: str = CALLS_INGESTED.name, value: bytes = b"{}") -> Outgoing:
    return Outgoing(topic=topic, key="k", id="i", value=value)


@given(RECORDS)
def test_what_was_written_is_read_byte_for_byte(records: list[Outgoing]) -> None:
    page = read(b"".join(written(each, CIPHER) for each in records), CIPHER)
    assert (list(page.records), list(page.rubbish)) == (records, [])


def test_nothing_of_a_record_can_be_seen_on_the_disk() -> None:
    data = written(record(value=f'{{"caller":"{CALLER}"}}'.encode()), CIPHER)
    assert CALLER.encode() not in data
    assert b"ingested" not in data


def test_the_same_record_never_looks_the_same() -> None:
    assert written(record(), CIPHER) != written(record(), CIPHER)


def test_a_record_under_another_key_is_kept_as_it_is_for_whoever_has_that_key() -> None:
    foreign = written(record(), Cipher(b"o" * 32))
    page = read(written(record(), CIPHER) + foreign, CIPHER)
    assert page.records == [record()]
    assert page.rubbish == [foreign]
    assert read(foreign, Cipher(b"o" * 32)).records == [record()]


@given(st.binary(max_size=60))
def test_a_whole_frame_of_anything_is_rubbish_and_no_error(payload: bytes) -> None:
    page = read(framed(payload), CIPHER)
    assert (list(page.records), list(page.rubbish)) == ([], [framed(payload)])


def test_a_record_under_the_key_before_is_read_and_written_under_the_new_one() -> None:
    rotated = Cipher(b"n" * 32, b"s" * 32)
    assert read(written(record(), CIPHER), rotated).records == [record()]
    assert read(written(record(), rotated), CIPHER).records == []
    assert read(written(record(), rotated), Cipher(b"n" * 32)).records == [record()]


def test_messages_are_the_first_lane() -> None:
    assert next(iter(Lane)) is Lane.MESSAGES


@pytest.mark.parametrize("head", [b"", b"[1,2,3]", b'["a","b"]', b'{"topic":"a"}', b"\xff"])
def test_what_another_release_sealed_in_its_own_form_is_rubbish_and_never_an_error(head: bytes) -> None:
    page = read(framed(CIPHER.seal(head + b"\nvalue")), CIPHER)
    assert (page.records, len(page.rubbish)) == ([], 1)

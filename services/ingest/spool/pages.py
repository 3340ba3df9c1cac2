"""A record as it lies in the spool: topic, key and id, and the bytes that Kafka will be given."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from runtime.events import Outgoing
from schemas.calls import CALLS_INGESTED
from schemas.messages import MESSAGES_INGESTED, RECEIPTS_INGESTED
from services.ingest.spool.cipher import Cipher
from services.ingest.spool.frames import Whole, framed, scan


class Lane(StrEnum):
    """A topic, kept in files of its own: one that Kafka does not take holds up no other.

    Drained in this order: a STOP among the messages must come before the calls.
    """

    MESSAGES = MESSAGES_INGESTED.name
    CALLS = CALLS_INGESTED.name
    RECEIPTS = RECEIPTS_INGESTED.name


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """A file's content: the records that could be read, and the pieces that could not."""

    records: Sequence[Outgoing]
    rubbish: Sequence[bytes]


def written(record: Outgoing, cipher: Cipher) -> bytes:
    head = json.dumps([record.topic, record.key, record.id]).encode()
    return framed(cipher.seal(head + b"\n" + record.value))


def read(data: bytes, cipher: Cipher) -> Page:
    """Whatever the bytes are: what is no record of ours is rubbish, never an error."""
    records: list[Outgoing] = []
    rubbish: list[bytes] = []
    for piece in scan(data):
        if not isinstance(piece, Whole):
            rubbish.append(piece.data)
            continue
        try:
            records.append(_record(cipher.open(piece.payload)))
        except ValueError:
            rubbish.append(framed(piece.payload))
    return Page(records=records, rubbish=rubbish)


def _record(text: bytes) -> Outgoing:
    """Raises ValueError for what was sealed by us in another form, as by a later release."""
    head, _, value = text.partition(b"\n")
    match json.loads(head):
        case [str(topic), str(key), str(event_id)]:
            return Outgoing(topic=topic, key=key, id=event_id, value=value)
        case _:
            raise ValueError("a spooled record begins with topic, key and id")

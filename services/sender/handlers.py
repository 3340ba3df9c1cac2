"""What is heard goes into the ledger, and no further: from there the dispatcher posts and the outbox publishes."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from runtime.events import Outgoing
from runtime.records import Record
from schemas.messages import ReceiptIngested
from schemas.texts import Screening, TextScreened
from services.sender.accounts import Accounts
from services.sender.changes import Happening, Held
from services.sender.delivery import delivery_of
from services.sender.evidence import Receipt, Withdrawn
from services.sender.outbox import Outbox
from services.sender.state import Ledger
from services.sender.texts import text_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Sender:
    """`offer` hands the dispatcher what there is to post."""

    ledger: Ledger
    outbox: Outbox
    accounts: Accounts
    offer: Callable[[Sequence[Held]], None]
    clock: Callable[[], datetime]

    async def on_records(self, records: Sequence[Record]) -> Sequence[Outgoing]:
        """Intents first: what takes a text back, or reports on it, comes after its intent in any order of topics."""
        now = self.clock()
        opened = await self.ledger.open([text_of(r.event) for r in records if _is_permitted(r)], now=now)
        happenings = [happening for record in records if (happening := _happening(record))]
        self.outbox.hand_over(await self.ledger.apply(happenings, now=now))
        for record in records:
            if isinstance(said := record.event.data, ReceiptIngested):
                self.accounts.delivered(said.account_sid, said.error_code, at=time.monotonic())
        self.offer(opened)
        return ()


def _is_permitted(record: Record) -> bool:
    said = record.event.data
    return isinstance(said, TextScreened) and said.screening is Screening.PERMITTED


def _happening(record: Record) -> Happening | None:
    """What it is evidence of; held and blocked texts are compliance's own."""
    match record.event.data:
        case TextScreened(screening=Screening.CANCELLED, text_id=text_id):
            return Happening(text_id=text_id, evidence=Withdrawn())
        case ReceiptIngested() as said:
            receipt = Receipt(
                message_sid=said.message_sid, delivery=delivery_of(said.status), error_code=said.error_code
            )
            return Happening(text_id=said.text_id, evidence=receipt)
        case _:
            return None

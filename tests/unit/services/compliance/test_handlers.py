"""In which turn the records of a batch are taken."""

from __future__ import annotations

from schemas.calls import CALLS_DECIDED
from schemas.consents import CONSENTS_REQUESTED
from schemas.messages import MESSAGES_INGESTED
from schemas.texts import TEXTS_DISPATCHED, TextState
from services.compliance.handlers import in_turn
from tests.unit.services.compliance.cases import EVERYONE, decided, dispatched, event, message, requested


def test_calls_come_after_all_else_and_keep_their_order() -> None:
    first, second = (event(CALLS_DECIDED, decided(call_sid=sid)) for sid in ("CA1", "CA2"))
    news = event(TEXTS_DISPATCHED, dispatched(TextState.SENT))
    stop = event(MESSAGES_INGESTED, message("STOP"))
    request = event(CONSENTS_REQUESTED, requested(EVERYONE))
    assert in_turn([first, news, second, request, stop]) == [news, stop, first, second]

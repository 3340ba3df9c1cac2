"""Every topic of the system, in the order of the flow."""

from __future__ import annotations

from typing import Any, Final

from runtime.events import Topic
from schemas.businesses import BUSINESSES_CHANGED
from schemas.calls import CALLS_DECIDED, CALLS_INGESTED
from schemas.consents import CONSENTS_CHANGED, CONSENTS_REQUESTED
from schemas.controls import CONTROLS_CHANGED
from schemas.messages import MESSAGES_INGESTED, RECEIPTS_INGESTED
from schemas.texts import TEXTS_DISPATCHED, TEXTS_SCREENED

TOPICS: Final[tuple[Topic[Any], ...]] = (
    CALLS_INGESTED,
    CALLS_DECIDED,
    TEXTS_SCREENED,
    TEXTS_DISPATCHED,
    RECEIPTS_INGESTED,
    MESSAGES_INGESTED,
    CONSENTS_REQUESTED,
    CONSENTS_CHANGED,
    BUSINESSES_CHANGED,
    CONTROLS_CHANGED,
)

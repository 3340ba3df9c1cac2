"""Every metric of the sender, each with its meaning. Labels never hold personal data."""

from __future__ import annotations

from typing import Final

from prometheus_client import Counter, Gauge, Histogram

from schemas.reasons import Reason
from schemas.texts import TextState

_SECONDS: Final = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 15, 30, 60, 300, 1800)

TEXTS: Final = Counter("missedcall_texts", "States that texts came to, as published.", ["state", "reason"])
for _state in (TextState.ACCEPTED, TextState.SENT, TextState.DELIVERED):
    TEXTS.labels(_state, Reason.ACCEPTED)  # there from the start: Prometheus sees no increase in a series born at 1
POST_SECONDS: Final = Histogram(
    "missedcall_post_seconds",
    "From the start of a POST to its answer or its end without one.",
    ["answer"],
    buckets=(
        0.025,
        0.05,
        0.1,
        0.25,
        0.5,
        1,
        2.5,
        5,
        10,
        13,
        20,
    ),  # 13: the longest that connecting and reading may take
)
CALL_TO_ACCEPTANCE_SECONDS: Final = Histogram(
    "missedcall_call_to_acceptance_seconds", "From the call's end until Twilio took the text.", buckets=_SECONDS
)
IN_FLIGHT: Final = Gauge("missedcall_texts_in_flight", "Texts in hand between claim and answer.", ["account"])
AT_ONCE: Final = Gauge("missedcall_posts_at_once", "POSTs that an account is given at once, as found out.", ["account"])
HALTED: Final = Counter(
    "missedcall_account_halts", "Times that an account was left alone for a while, and why.", ["account", "why"]
)
HELD_BACK: Final = Counter("missedcall_texts_held_back", "Texts that the last look sent back to wait.", ["reason"])
STANDING: Final = Gauge("missedcall_texts_standing", "Texts that stand in a state which should be left.", ["state"])
OLDEST_INTENT: Final = Gauge("missedcall_oldest_intent_seconds", "Age of the oldest text that still waits.")
CONTRADICTIONS: Final = Counter(
    "missedcall_text_contradictions", "Evidence that Twilio has what is known not to be sent, or under another SID."
)
INQUIRIES: Final = Counter(
    "missedcall_text_inquiries", "Questions to Twilio about texts that are unsure or silent.", ["about", "answer"]
)
UNKNOWN_TEXTS: Final = Counter("missedcall_unknown_texts", "Receipts for texts that the ledger does not hold.")

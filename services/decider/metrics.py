"""What the decider counts."""

from __future__ import annotations

from typing import Final

from prometheus_client import Counter, Histogram

DECIDED: Final = Counter("missedcall_calls_decided", "Decisions, revisions included.", ["verdict", "reason"])
REVISED: Final = Counter("missedcall_calls_revised", "Decisions that a later fact overturned.")
DECISION_SECONDS: Final = Histogram(
    "missedcall_call_decision_seconds",
    "From the call's end to its decision.",
    buckets=(0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20, 60, 300),
)

"""Every metric of compliance, each with its meaning."""

from __future__ import annotations

from typing import Final

from prometheus_client import Counter, Histogram

from schemas.reasons import Reason
from schemas.texts import Screening

TEXTS_SCREENED: Final = Counter(
    "missedcall_texts_screened", "Texts permitted, blocked or cancelled, by reason.", ["screening", "reason"]
)
# There from the start: Prometheus sees no increase in a series that is born at 1.
TEXTS_SCREENED.labels(Screening.PERMITTED, Reason.PERMITTED)
OPT_OUTS: Final = Counter("missedcall_opt_outs", "Opt-outs that took effect, by where they were heard.", ["source"])
SCREENING_SECONDS: Final = Histogram(
    "missedcall_screening_seconds",
    "From the decision that a call was missed to the word on its text.",
    buckets=(0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 60, 600),
)

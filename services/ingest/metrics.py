"""Every metric of ingest, each with its meaning. Labels never hold personal data."""

from __future__ import annotations

from typing import Final

from prometheus_client import Counter, Histogram

WEBHOOKS: Final = Counter(
    "missedcall_ingest_webhooks",
    "Requests by endpoint and outcome: accepted, ignored (genuine, and nothing in it for us), or why it was refused.",
    ["endpoint", "outcome"],
)
WEBHOOK_SECONDS: Final = Histogram(
    "missedcall_ingest_webhook_seconds",
    "From a request's head to its answer, the acknowledgement by Kafka included.",
    ["endpoint"],
    buckets=(0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 1.5, 2.0, 5.0, 15.0),
)

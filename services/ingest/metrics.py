"""Every metric of ingest, each with its meaning. Labels never hold personal data."""

from __future__ import annotations

from enum import StrEnum
from typing import Final

from prometheus_client import Counter, Gauge, Histogram

WEBHOOKS: Final = Counter(
    "missedcall_ingest_webhooks",
    "Requests by endpoint and outcome: accepted, ignored (genuine, and nothing in it for us), or why it was refused.",
    ["endpoint", "outcome"],
)
WEBHOOK_SECONDS: Final = Histogram(
    "missedcall_ingest_webhook_seconds",
    "From a request's head to its answer, the acknowledgement by Kafka or the disk included.",
    ["endpoint"],
    buckets=(0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 1.5, 2.0, 5.0, 15.0),
)


class Outcome(StrEnum):
    """What becomes of a record that Kafka did not take at once."""

    KEPT = "kept"  # synced to the disk
    FULL = "full"  # refused: the spool's limit is reached
    FAILED = "failed"  # refused: the disk did not take it, or not in time
    DRAINED = "drained"  # acknowledged by Kafka later
    SET_ASIDE = "set_aside"  # a piece that could not be read, or that Kafka takes never


SPOOL_RECORDS: Final = Counter(
    "missedcall_spool_records",
    "Records that came to the spool or left it: kept, full, failed, drained, set_aside.",
    ["outcome"],
)
for _outcome in Outcome:
    SPOOL_RECORDS.labels(_outcome)  # born at 0, or Prometheus would miss the first
SPOOL_BYTES: Final = Gauge("missedcall_spool_bytes", "Bytes on the disk that wait for Kafka.")
SPOOL_ASIDE_BYTES: Final = Gauge("missedcall_spool_aside_bytes", "Bytes that were set aside: somebody must look.")
SPOOL_LIMIT_BYTES: Final = Gauge("missedcall_spool_limit_bytes", "What the spool may hold; 0 where there is none.")
SPOOL_OLDEST_SECONDS: Final = Gauge(
    "missedcall_spool_oldest_seconds",
    "Age of the oldest file that waits for Kafka; 0 where none does.",
)
SPOOL_USABLE: Final = Gauge(
    "missedcall_spool_usable", "0 while the disk does not take what Kafka does not, or its folder cannot be had."
)
BREAKER_OPEN: Final = Gauge(
    "missedcall_breaker_open",
    "1 while Kafka is taken not to take this topic in time, and webhooks go past it.",
    ["topic"],
)

BACKFILL_CALLS: Final = Counter(
    "missedcall_backfill_calls", "Calls in Twilio's list of which a webhook was missing; it was ingested then."
)
BACKFILL_READ_UNTIL: Final = Gauge(
    "missedcall_backfill_read_until_seconds",
    "Until when (seconds of the epoch) every account's list is read without a gap; 0 before the first pass.",
)

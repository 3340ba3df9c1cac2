"""Every metric of the mechanism, each with its meaning. Labels never hold personal data."""

from __future__ import annotations

from typing import Final

from prometheus_client import Counter, Gauge, Histogram

_SIZES: Final = (1, 2, 5, 10, 20, 50, 100, 200, 500)

BATCH_RECORDS: Final = Histogram(
    "missedcall_batch_records", "Records in a batch as it came from the broker.", buckets=_SIZES
)
BATCH_SECONDS: Final = Histogram(
    "missedcall_batch_seconds", "From a batch's arrival to its outputs' acknowledgement by the broker."
)
RECORDS: Final = Counter("missedcall_records", "Records handled, by topic.", ["topic"])
RETRIES: Final = Counter("missedcall_batch_retries", "Batches tried again since a store or the broker was away.")
CONFLICTS: Final = Counter("missedcall_document_conflicts", "Documents decided again: another writer was faster.")
DEAD_LETTERS: Final = Counter("missedcall_dead_letters", "Records that could not be handled, by topic.", ["topic"])
PUBLISHED: Final = Counter("missedcall_published", "Records that the broker acknowledged, by topic.", ["topic"])
PUBLISH_SECONDS: Final = Histogram("missedcall_publish_seconds", "From handing over to acknowledgement.")
LAG_RECORDS: Final = Gauge("missedcall_consumer_lag_records", "Records waiting to be handled.", ["topic", "partition"])
LAG_SECONDS: Final = Gauge("missedcall_consumer_lag_seconds", "Age of the oldest record that is not handled yet.")
DUE_FIRED: Final = Counter("missedcall_due_fired", "Due times that were published.")
TABLE_ROWS: Final = Gauge("missedcall_table_rows", "Rows of a table held in memory.", ["topic"])
TABLE_AGE: Final = Gauge(
    "missedcall_table_age_seconds",
    "Seconds since a table was last known to be at its topic's end.",
    ["topic"],
)

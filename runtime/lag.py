"""How far a consumer is behind, as it stands in the consumer itself: asking the broker would cost a round trip."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Any

from aiokafka import ConsumerRecord

from runtime import metrics


def measure_lag(consumer: Any, in_hand: Sequence[ConsumerRecord], *, namespace: str) -> None:
    """Records that are not handled yet, those in hand included; seconds since the oldest of these was written."""
    handled_to: dict[tuple[str, int], int] = {}
    for record in in_hand:
        handled_to.setdefault((record.topic, record.partition), record.offset)
    for partition in consumer.assignment():
        # position() would wait until there is one
        state = consumer._subscription.subscription.assignment.state_value(partition)  # noqa: SLF001
        if state is not None and state.has_valid_position and state.highwater is not None:
            at = handled_to.get((partition.topic, partition.partition), state.position)
            topic = partition.topic.removeprefix(namespace)
            metrics.LAG_RECORDS.labels(topic, partition.partition).set(max(0, state.highwater - at))
    now = time.time()
    metrics.LAG_SECONDS.set(max((now - record.timestamp / 1000 for record in in_hand), default=0.0))


def forget_lag() -> None:
    """What is not assigned any more is measured by others."""
    metrics.LAG_RECORDS.clear()

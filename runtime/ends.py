"""Up to when a topic is read to its end, as the broker says it along with each answer to the consumer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from aiokafka import TopicPartition


@dataclass(frozen=True, slots=True)
class _End:
    offset: int
    asked_at: float
    answered_at: float


class Ends:
    """To ask for the ends by themselves would cost as much as reading.

    An answer tells where its partition ended when the broker wrote it, and it may have lain here unread since then. It
    was asked for when the one before it had come: everything that stood in the topic by that time is known of.
    Times are seconds of the epoch.
    """

    def __init__(self, found: Mapping[TopicPartition, int], *, asked_at: float, answered_at: float) -> None:
        """`found`: the offset behind the last record, asked for by itself for once."""
        self._ends = {partition: _End(offset, asked_at, answered_at) for partition, offset in found.items()}

    def hear(self, partition: TopicPartition, offset: int, *, answered_at: float) -> None:
        """The consumer tells of its last answer however often it is looked at; each counts once.

        An end does not go back: an earlier one is what a broker says that has lost the partition meanwhile.
        """
        before = self._ends[partition]
        if answered_at != before.answered_at:
            self._ends[partition] = _End(max(offset, before.offset), before.answered_at, answered_at)

    def read_until(self, positions: Mapping[TopicPartition, int]) -> float | None:
        """The time by which everything that stood in the topic is read; None where something is left of it."""
        if any(positions[partition] < end.offset for partition, end in self._ends.items()):
            return None
        return min(end.asked_at for end in self._ends.values())

    @property
    def heard_at(self) -> float:
        """When the partition that has been silent for longest was last heard of."""
        return min(end.answered_at for end in self._ends.values())

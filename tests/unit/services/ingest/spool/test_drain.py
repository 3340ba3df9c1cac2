"""The drain: a probe is one record, nothing is deleted before it is acknowledged, nothing holds up the rest."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from runtime.errors import NotPublished, TooLarge
from runtime.events import Outgoing
from runtime.publish import Publisher
from services.ingest.breaker import PROBE_EVERY_SECONDS
from services.ingest.guarded import GuardedKafka
from services.ingest.spool.drain import Drain
from tests.unit.services.ingest.spool.ground import all_of, call, files, message, spool_in


class Kafka(Publisher):
    """A broker that takes what it is given, goes away after so many requests, and has records that it takes never."""

    def __init__(self) -> None:
        super().__init__("nowhere:1", client_id="test")
        self.taken: list[list[str]] = []
        self.away_after: int | None = None
        self.too_large: set[str] = set()

    async def publish(self, records: Sequence[Outgoing], *, within: float = 10) -> None:
        del within
        if self.away_after is not None and len(self.taken) >= self.away_after:
            raise NotPublished
        if self.too_large & {record.id for record in records}:
            raise TooLarge
        self.taken.append([record.id for record in records])


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


async def drained(drain: Drain) -> None:
    while await drain.step():
        pass


async def test_all_is_drained_messages_first(tmp_path: Path) -> None:
    kafka = Kafka()
    with spool_in(tmp_path) as spool:
        for record in (call("1"), message("2"), call("3")):
            await spool.keep(record)
        await drained(Drain(spool, GuardedKafka(kafka)))
        assert kafka.taken == [["2"], ["1", "3"]]
        assert (spool.stock.waiting, spool.stock.oldest_at) == (0, None)


async def test_while_kafka_is_away_one_record_now_and_then_finds_out(tmp_path: Path) -> None:
    kafka, clock = Kafka(), Clock()
    kafka.away_after = 0
    with spool_in(tmp_path) as spool:
        for number in range(300):
            await spool.keep(call(str(number)))
        drain = Drain(spool, GuardedKafka(kafka, clock=clock))
        await drained(drain)
        kafka.away_after = None
        await drained(drain)
        assert kafka.taken == []  # the breaker is open
        clock.now += PROBE_EVERY_SECONDS
        await drained(drain)
        assert [len(ids) for ids in kafka.taken] == [1, 200, 99]
        assert spool.stock.waiting == 0


async def test_it_goes_on_where_it_was_when_kafka_went_away(tmp_path: Path) -> None:
    kafka, clock = Kafka(), Clock()
    kafka.away_after = 1
    with spool_in(tmp_path) as spool:
        for number in range(250):
            await spool.keep(call(str(number)))
        drain = Drain(spool, GuardedKafka(kafka, clock=clock))
        await drained(drain)
        assert spool.stock.waiting > 0
        await spool.keep(message("stop"))
        kafka.away_after = None
        clock.now += PROBE_EVERY_SECONDS
        await drained(drain)
        said = [each for ids in kafka.taken for each in ids]
        assert said == [*map(str, range(200)), "stop", *map(str, range(200, 250))]


async def test_what_kafka_takes_never_is_set_aside_and_holds_up_nothing(tmp_path: Path) -> None:
    kafka = Kafka()
    kafka.too_large = {"2"}
    with spool_in(tmp_path) as spool:
        for name in "123":
            await spool.keep(call(name))
        await drained(Drain(spool, GuardedKafka(kafka)))
        assert kafka.taken == [["1"], ["3"]]
    (aside,) = files(tmp_path, ".aside")
    aside.rename(aside.with_suffix(".spool"))
    with spool_in(tmp_path) as spool:
        assert await all_of(spool) == ["2"]


async def test_a_file_of_nothing_but_rubbish_is_no_end(tmp_path: Path) -> None:
    (tmp_path / "others-000000000000001.spool").write_bytes(b"rubbish" * 100)
    kafka = Kafka()
    with spool_in(tmp_path) as spool:
        await spool.keep(call("1"))
        await drained(Drain(spool, GuardedKafka(kafka)))
        assert kafka.taken == [["1"]]

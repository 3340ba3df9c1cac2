"""The drain: a probe is one record, nothing is deleted before it is acknowledged, nothing holds up the rest."""

from __future__ import annotations

import errno
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

import pytest

from runtime.errors import NotPublished, TooLarge
from runtime.events import Outgoing
from runtime.gathered import Gathered
from runtime.publish import Publisher
from services.ingest.breaker import TRY_EVERY_SECONDS
from services.ingest.guarded import GuardedKafka
from services.ingest.spool.drain import HEAD_START_SECONDS, LONGEST_HEAD_START_SECONDS, Drain
from services.ingest.spool.pages import Lane
from tests.unit.services.ingest.spool.ground import all_of, call, files, message, spool_in


class Kafka(Publisher):
    """A broker that takes what it is given, is away for some topics, and has records that it takes never.

    It is asked about all topics by one publisher, so that what it was given stands in one order.
    """

    def __init__(self) -> None:
        super().__init__("nowhere:1", client_id="test")
        self.taken: list[list[str]] = []
        self.away: set[str] = set()
        self.away_after: int | None = None
        self.too_large: set[str] = set()
        self.clock = Clock()
        self.takes_seconds = 0.0

    async def publish(self, records: Sequence[Outgoing], *, within: float = 10) -> None:
        self.clock.now += min(self.takes_seconds, within)
        away = self.away_after is not None and len(self.taken) >= self.away_after
        if away or records[0].topic in self.away or self.takes_seconds > within:
            raise NotPublished
        if self.too_large & {record.id for record in records}:
            raise TooLarge
        self.taken.append([record.id for record in records])

    def guarded(self) -> GuardedKafka:
        return GuardedKafka(dict.fromkeys(map(str, Lane), Gathered(self)), clock=self.clock)


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


async def drained(drain: Drain, kafka: Kafka) -> None:
    """To the end, the head start of messages included."""
    for seconds in (0.0, HEAD_START_SECONDS, LONGEST_HEAD_START_SECONDS):
        kafka.clock.now += seconds
        await until_it_waits(drain)


async def until_it_waits(drain: Drain) -> None:
    while await drain.step():
        pass


async def test_all_is_drained_messages_first(tmp_path: Path) -> None:
    kafka = Kafka()
    with spool_in(tmp_path) as spool:
        for record in (call("1"), message("2"), call("3"), message("4")):
            await spool.keep(record)
        await drained(Drain(spool, kafka.guarded()), kafka)
        assert kafka.taken == [["2"], ["4"], ["1"], ["3"]]  # the first of each finds out whether Kafka is there
        assert (spool.stock.waiting, spool.stock.oldest_at) == (0, None)


async def test_calls_wait_until_every_replica_may_have_said_the_messages_on_its_disk(tmp_path: Path) -> None:
    """But for one call: somebody must find out whether Kafka takes them."""
    kafka = Kafka()
    with spool_in(tmp_path) as spool:
        for number in range(10):
            await spool.keep(call(str(number)))
        drain = Drain(spool, kafka.guarded())
        await until_it_waits(drain)
        kafka.clock.now += HEAD_START_SECONDS - 0.1
        await spool.keep(message("stop"))
        await until_it_waits(drain)
        assert kafka.taken == [["0"], ["stop"]]
        kafka.clock.now += 0.1
        await until_it_waits(drain)
        assert kafka.taken[2:] == [[*map(str, range(1, 10))]]


async def test_a_stop_that_kafka_does_not_take_holds_calls_back_but_not_until_they_are_lost(tmp_path: Path) -> None:
    kafka = Kafka()
    kafka.away = {Lane.MESSAGES}
    with spool_in(tmp_path) as spool:
        await spool.keep(message("stop"))
        for name in "12":
            await spool.keep(call(name))
        drain = Drain(spool, kafka.guarded())
        await until_it_waits(drain)
        kafka.clock.now += LONGEST_HEAD_START_SECONDS - 0.1
        await until_it_waits(drain)
        assert kafka.taken == [["1"]]
        kafka.clock.now += 0.1
        await until_it_waits(drain)
        assert kafka.taken == [["1"], ["2"]]


async def test_a_kafka_that_stalls_now_and_then_is_drained_to_all_the_same(tmp_path: Path) -> None:
    """A stall is no outage: after it nobody waits for the disks of others once more."""
    kafka = Kafka()
    guarded = kafka.guarded()
    with spool_in(tmp_path) as spool:
        drain = Drain(spool, guarded)
        for minute in range(20):
            for number in range(10):
                await spool.keep(call(f"{minute}.{number}"))
            kafka.away = set(Lane)
            await guarded.takes([call("live")], within=1)
            kafka.away = set()
            kafka.clock.now += TRY_EVERY_SECONDS + 0.5
            await until_it_waits(drain)
        kafka.clock.now += HEAD_START_SECONDS
        await until_it_waits(drain)
        assert sum(map(len, kafka.taken)) == 200


async def test_a_file_that_cannot_be_read_now_holds_up_its_own_lane_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kafka = Kafka()
    with spool_in(tmp_path) as spool:
        await spool.keep(message("stop"))
        for name in "12":
            await spool.keep(call(name))
        whole = Path.read_bytes

        def read(path: Path) -> bytes:
            if Lane.MESSAGES in path.name:
                raise OSError(errno.EMFILE, "too many open files")
            return whole(path)

        monkeypatch.setattr(Path, "read_bytes", read)
        drain = Drain(spool, kafka.guarded())
        for _ in range(4):
            with suppress(OSError):
                await until_it_waits(drain)
            kafka.clock.now += LONGEST_HEAD_START_SECONDS
        assert kafka.taken == [["1"], ["2"]]
        with pytest.raises(OSError, match="too many"):
            await drain.step()
        monkeypatch.undo()
        await drained(drain, kafka)
        assert kafka.taken[2:] == [["stop"]]


async def test_a_disk_that_lets_go_of_no_file_is_drained_to_its_end_and_cleared_later(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As one that the system has made read-only after an error."""

    def refused(_path: Path, *, missing_ok: bool = False) -> None:
        raise OSError(errno.EROFS, f"read-only, {missing_ok}")

    kafka = Kafka()
    with spool_in(tmp_path, segment_bytes=100) as spool:
        for name in "123":
            await spool.keep(call(name))
        drain, there = Drain(spool, kafka.guarded()), files(tmp_path)
        monkeypatch.setattr(Path, "unlink", refused)
        for _ in range(4):
            with suppress(OSError):
                await drained(drain, kafka)
        assert kafka.taken == [["1"], ["2"], ["3"]]
        assert files(tmp_path) == there
        assert len(there) > 1
        monkeypatch.undo()
        await drained(drain, kafka)
        assert kafka.taken == [["1"], ["2"], ["3"]]
        assert files(tmp_path) == []


async def test_while_kafka_is_away_one_record_now_and_then_finds_out(tmp_path: Path) -> None:
    kafka = Kafka()
    kafka.away_after = 0
    with spool_in(tmp_path) as spool:
        for number in range(300):
            await spool.keep(call(str(number)))
        drain = Drain(spool, kafka.guarded())
        await drained(drain, kafka)
        kafka.away_after = None
        await until_it_waits(drain)
        assert kafka.taken == []  # the breaker is open
        kafka.clock.now += TRY_EVERY_SECONDS
        await drained(drain, kafka)
        assert [len(ids) for ids in kafka.taken] == [1, 200, 99]
        assert spool.stock.waiting == 0


async def test_it_goes_on_where_it_was_when_kafka_went_away_but_messages_come_before(tmp_path: Path) -> None:
    kafka = Kafka()
    kafka.away_after = 2
    with spool_in(tmp_path) as spool:
        for number in range(250):
            await spool.keep(call(str(number)))
        drain = Drain(spool, kafka.guarded())
        await drained(drain, kafka)
        assert spool.stock.waiting > 0
        await spool.keep(message("stop"))
        kafka.away_after = None
        kafka.clock.now += TRY_EVERY_SECONDS
        await drained(drain, kafka)
        said = [each for ids in kafka.taken for each in ids]
        assert said == [*map(str, range(201)), "stop", *map(str, range(201, 250))]


@pytest.mark.parametrize(
    ("away", "taken"), [(Lane.MESSAGES, ["call 1", "call 2"]), (Lane.CALLS, ["message 1", "message 2"])]
)
async def test_a_topic_that_kafka_does_not_take_holds_up_no_other(tmp_path: Path, away: Lane, taken: list[str]) -> None:
    kafka = Kafka()
    kafka.away = {away}
    guarded = kafka.guarded()
    with spool_in(tmp_path) as spool:
        for name in "12":
            await spool.keep(call(f"call {name}"))
            await spool.keep(message(f"message {name}"))
        await drained(Drain(spool, guarded), kafka)
        assert [each for ids in kafka.taken for each in ids] == taken
        assert [lane for lane in Lane if not guarded.closed(lane)] == sorted({away, Lane.RECEIPTS}, key=[*Lane].index)
        kafka.away = set()
        kafka.clock.now += TRY_EVERY_SECONDS
        await drained(Drain(spool, guarded), kafka)
        assert spool.stock.waiting == 0


async def test_when_kafka_is_back_messages_come_first_though_it_was_a_call_that_found_out(tmp_path: Path) -> None:
    kafka = Kafka()
    kafka.away = set(Lane)
    guarded = kafka.guarded()
    with spool_in(tmp_path) as spool:
        for number in range(10):
            await spool.keep(call(str(number)))
        drain = Drain(spool, guarded)
        await until_it_waits(drain)
        kafka.clock.now += TRY_EVERY_SECONDS / 2
        await spool.keep(message("stop"))
        await until_it_waits(drain)  # messages failed a second later than calls
        kafka.away = set()
        kafka.clock.now += TRY_EVERY_SECONDS / 2
        await drained(drain, kafka)
        assert [each for ids in kafka.taken for each in ids] == ["0", "stop", *map(str, range(1, 10))]


async def test_a_kafka_that_is_too_slow_for_callers_is_drained_to_all_the_same(tmp_path: Path) -> None:
    kafka = Kafka()
    kafka.takes_seconds = 1.5
    guarded = kafka.guarded()
    with spool_in(tmp_path) as spool:
        for number in range(300):
            await spool.keep(call(str(number)))
        await drained(Drain(spool, guarded), kafka)
        assert spool.stock.waiting == 0
        assert not guarded.closed(Lane.CALLS)


async def test_what_kafka_takes_never_is_set_aside_and_holds_up_nothing(tmp_path: Path) -> None:
    kafka = Kafka()
    kafka.too_large = {"2"}
    kafka.away_after = 3
    with spool_in(tmp_path) as spool:
        for name in "01234":
            await spool.keep(call(name))
        drain = Drain(spool, kafka.guarded())
        await drained(drain, kafka)
        kafka.away_after = None  # that it was away meanwhile makes nothing forgotten
        kafka.clock.now += TRY_EVERY_SECONDS
        await drained(drain, kafka)
        assert kafka.taken == [["0"], ["1"], ["3"], ["4"]]
    (aside,) = files(tmp_path, ".aside")
    aside.rename(aside.with_suffix(".spool"))
    with spool_in(tmp_path) as spool:
        assert await all_of(spool) == ["2"]


async def test_a_file_of_nothing_but_rubbish_is_no_end(tmp_path: Path) -> None:
    (tmp_path / f"{Lane.CALLS}-000000000000001.spool").write_bytes(b"rubbish" * 100)
    kafka = Kafka()
    with spool_in(tmp_path) as spool:
        await spool.keep(call("1"))
        await drained(Drain(spool, kafka.guarded()), kafka)
        assert kafka.taken == [["1"]]


async def test_a_file_that_somebody_took_away_meanwhile_holds_up_nothing(tmp_path: Path) -> None:
    kafka = Kafka()
    kafka.away_after = 1
    with spool_in(tmp_path, segment_bytes=100) as spool:
        for name in "12":
            await spool.keep(call(name))
            await spool.keep(call(name))
        drain = Drain(spool, kafka.guarded())
        await drained(drain, kafka)
        files(tmp_path)[0].unlink()
        kafka.away_after = None
        kafka.clock.now += TRY_EVERY_SECONDS
        await drained(drain, kafka)
        assert (kafka.taken[-1], spool.stock.waiting) == (["2", "2"], 0)

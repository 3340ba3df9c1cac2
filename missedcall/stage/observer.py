"""What came of a call or a message, read from the topics and told in a few words, in the order of the flow."""

from __future__ import annotations

import asyncio
import logging
from collections import defaultdict
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any, Final

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import KafkaError

from runtime.errors import GivenUp
from runtime.events import Event
from runtime.partitions import partitions_of
from runtime.tasks import uncancelled
from schemas.calls import CALLS_DECIDED, CallDecided
from schemas.consents import CONSENTS_CHANGED, ConsentChanged
from schemas.messages import MESSAGES_INGESTED, MessageIngested
from schemas.texts import TEXTS_DISPATCHED, TEXTS_SCREENED, TextDispatched, TextScreened, TextState

log = logging.getLogger(__name__)

_RECONNECT_SECONDS: Final = 0.5
_WATCHED: Final = {
    topic.name: topic
    for topic in (CALLS_DECIDED, TEXTS_SCREENED, TEXTS_DISPATCHED, MESSAGES_INGESTED, CONSENTS_CHANGED)
}
# Reported in any order and not always all: only how far the text got, counts.
_DELIVERY: Final = (TextState.SENT, TextState.UNDELIVERED, TextState.DELIVERED)


class Observer:
    """Every event since it began, by the call or message that it belongs to; brokers may come and go meanwhile."""

    def __init__(self, bootstrap: str, namespace: str) -> None:
        self._bootstrap = bootstrap
        self._namespace = namespace
        self._offsets: dict[TopicPartition, int] = {}
        self._events: dict[str, dict[str, Event[Any]]] = defaultdict(dict)
        self._news = asyncio.Condition()

    @classmethod
    @asynccontextmanager
    async def watching(cls, bootstrap: str, *, namespace: str = "") -> AsyncIterator[Observer]:
        """From the topics' present ends on, for as long as the block lasts."""
        observer = cls(bootstrap, namespace)
        async with observer._connected() as consumer:
            names = [namespace + name for name in _WATCHED]
            observer._offsets = await consumer.end_offsets([p for n in names for p in await partitions_of(consumer, n)])
        following = asyncio.create_task(observer._follow())
        try:
            yield observer
        finally:
            following.cancel()
            await asyncio.wait([following])

    @property
    def seen(self) -> int:
        """How many events there were, of whomever."""
        return sum(map(len, self._events.values()))

    async def until(self, about: str, holds: Callable[[tuple[str, ...]], bool], *, within: float) -> tuple[str, ...]:
        """What became of a call or message, as soon as `holds` says so, or when the time is over."""
        await self.settled(lambda: holds(self.became(about)), within=within)
        return self.became(about)

    async def settled(self, holds: Callable[[], bool], *, within: float) -> bool:
        """Asks anew with each event; says whether it came to hold in that time."""
        try:
            async with asyncio.timeout(within), self._news:
                return await self._news.wait_for(holds)
        except TimeoutError:
            return holds()

    def became(self, about: str) -> tuple[str, ...]:
        """In words: the decision, the screening, the dispatch, how far it was delivered, and what was learnt."""
        events = self.events(about)
        lines = [line for event in events if (line := _line(event.data)) is not None]
        reached = {e.data.state for e in events if isinstance(e.data, TextDispatched)}
        delivery = [state.value for state in _DELIVERY if state in reached][-1:]
        learnt = sorted(_consent(event.data) for event in events if isinstance(event.data, ConsentChanged))
        return (*lines, *delivery, *learnt)

    def events(self, about: str) -> list[Event[Any]]:
        """Each once, in the order of the flow, then of time."""
        order = list(_WATCHED)
        texts = {e.data.text_id for e in self._events[about].values() if isinstance(e.data, TextScreened)}
        found = [event for key in (about, *texts) for event in self._events[key].values()]
        return sorted(found, key=lambda event: (order.index(event.type), event.time))

    @asynccontextmanager
    async def _connected(self) -> AsyncIterator[Any]:
        consumer: Any = AIOKafkaConsumer(bootstrap_servers=self._bootstrap, fetch_max_wait_ms=50)
        try:
            await consumer.start()
            yield consumer
        finally:
            await consumer.stop()

    async def _follow(self) -> None:
        while True:
            try:
                await uncancelled(self._read)
            except (KafkaError, OSError, GivenUp) as error:
                log.warning("the observer waits", extra={"why": type(error).__name__})
            await asyncio.sleep(_RECONNECT_SECONDS)

    async def _read(self) -> None:
        """From where it was; ends with an error where the brokers are away for long."""
        async with self._connected() as consumer:
            consumer.assign(list(self._offsets))
            for partition, offset in self._offsets.items():
                consumer.seek(partition, offset)
            async for record in consumer:
                if event := _parsed(record.topic.removeprefix(self._namespace), record.value):
                    async with self._news:
                        self._events[_about(event.data)][event.id] = event
                        self._news.notify_all()
                self._offsets[TopicPartition(record.topic, record.partition)] = record.offset + 1


def _parsed(topic: str, value: bytes | None) -> Event[Any] | None:
    """None for what is no event of its topic: whoever works on it keeps it as a dead letter."""
    try:
        return _WATCHED[topic].parse(value or b"")
    except ValueError:
        return None


def _about(data: Any) -> str:
    """The call's SID, or the message's; of a consent, the message's SID or the text's id that it was heard from."""
    if isinstance(data, ConsentChanged):
        return data.evidence.reference
    sid: str = data.message_sid if isinstance(data, MessageIngested) else data.call_sid
    return sid


def _line(data: Any) -> str | None:
    match data:
        case CallDecided():
            return f"{data.verdict.value} ({data.reason.value})"
        case TextScreened():
            return data.screening.value if data.words else f"{data.screening.value} ({data.reason.value})"
        case MessageIngested():
            return "heard"
        case TextDispatched() if data.state in _DELIVERY:
            return None
        case TextDispatched():
            accepted = data.state is TextState.ACCEPTED
            return data.state.value if accepted else f"{data.state.value} ({data.reason.value})"
    return None


def _consent(data: ConsentChanged) -> str:
    return f"{data.wish.value} ({data.scope.kind.value})"

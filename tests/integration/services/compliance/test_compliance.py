"""Compliance on a real Kafka and MongoDB: who called, what they wrote, and what may be texted."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from prometheus_client import REGISTRY

from runtime.dead_letters import dead_letters_topic
from runtime.events import Event
from schemas.businesses import BUSINESSES_CHANGED, Status
from schemas.calls import CALLS_DECIDED, CallDecided, Verdict
from schemas.consents import CONSENTS_CHANGED, CONSENTS_REQUESTED, Scope, Wish, consent_key
from schemas.identity import CallerKind
from schemas.messages import MESSAGES_INGESTED, MessageIngested
from schemas.reasons import Reason
from schemas.texts import TEXTS_DISPATCHED, TEXTS_SCREENED, Screening, TextDispatched, TextScreened, TextState
from services.compliance.app import build
from services.compliance.settings import Settings
from tests.integration.wire import Wire
from tests.unit.services.compliance import cases

NO_COOLDOWN = 0


@pytest.fixture
def settings(wire: Wire) -> Settings:
    return Settings(**wire.settings, identity_key=cases.KEY)


def now() -> datetime:
    return datetime.now(UTC)


def call(number: int, **other: Any) -> Event[CallDecided]:
    """The caller's n-th call, missed just now."""
    decided = cases.decided(**{"call_sid": f"CA{number:032}", "ended_at": now()} | other)
    return _said(CALLS_DECIDED, decided, f"{decided.call_sid}:{decided.revision}", decided.conversation_id)


def message(body: str) -> Event[MessageIngested]:
    said = cases.message(body, at=now())
    return _said(MESSAGES_INGESTED, said, f"{body}{said.received_at}", said.conversation_id)


def dispatched(number: int, state: TextState, error_code: int | None = None) -> Event[TextDispatched]:
    text = cases.dispatched(state, error_code=error_code, call_sid=f"CA{number:032}")
    return _said(TEXTS_DISPATCHED, text, f"{text.call_sid}:{state}", text.conversation_id)


def _said(topic: Any, data: Any, transition: str, key: str) -> Event[Any]:
    event: Event[Any] = topic.event(data, source="/test", subject="x", transition=transition, key=key, time=now())
    return event


async def connect(wire: Wire, **other: Any) -> None:
    business = cases.business(**{"cooldown_minutes": NO_COOLDOWN} | other)
    await wire.say(_said(BUSINESSES_CHANGED, business, str(business.version), business.business_id))


async def outcomes(wire: Wire, count: int) -> list[tuple[Screening, Reason]]:
    return [(e.data.screening, e.data.reason) for e in await wire.heard(TEXTS_SCREENED, count=count)]


PERMITTED = (Screening.PERMITTED, Reason.PERMITTED)


def blocked(reason: Reason) -> tuple[Screening, Reason]:
    return Screening.BLOCKED, reason


async def test_a_missed_call_is_permitted_one_text_with_the_businesss_words(wire: Wire, settings: Settings) -> None:
    await connect(wire)
    async with build(settings).running():
        await wire.say(call(1))
        (said,) = await wire.heard(TEXTS_SCREENED)
    text: TextScreened = said.data
    assert (text.screening, text.recipient, text.sender) == (Screening.PERMITTED, cases.CALLER, cases.NUMBER)
    assert text.words is not None
    assert "missed your call at Acme" in text.words.body
    assert text.expires_at - text.call_ended_at == timedelta(minutes=30)
    assert said.partitionkey == cases.CONVERSATION


@pytest.mark.parametrize(
    ("business", "decision", "reason"),
    [
        pytest.param({"business_id": "b2"}, {}, Reason.BUSINESS_UNKNOWN, id="unknown business"),
        pytest.param({"account_sid": "AC" + "f" * 32}, {}, Reason.BUSINESS_UNKNOWN, id="another account's"),
        pytest.param({"status": Status.TRIAL}, {}, Reason.TRIAL_OVER, id="trial over"),
        pytest.param({"status": Status.SUSPENDED}, {}, Reason.SUSPENDED, id="suspended"),
        pytest.param(
            {},
            {"caller_kind": CallerKind.WITHHELD, "caller": None, "person_id": None},
            Reason.CALLER_WITHHELD,
            id="withheld",
        ),
        pytest.param({}, {"caller": "+14155550111"}, Reason.OWN_NUMBER, id="the business's own phone"),
        pytest.param({}, {"ended_at": cases.ENDED}, Reason.TOO_LATE, id="a call of long ago"),
        pytest.param({"template": "Call us!"}, {}, Reason.NO_WORDS, id="a template without the name"),
    ],
)
async def test_what_objects_to_a_text_is_said_in_its_place(
    wire: Wire, settings: Settings, business: dict[str, Any], decision: dict[str, Any], reason: Reason
) -> None:
    await connect(wire, **business)
    async with build(settings).running():
        await wire.say(call(1, **decision))
        assert await outcomes(wire, 1) == [blocked(reason)]


async def test_a_redial_inside_the_cooldown_is_not_texted_unless_the_first_text_failed(
    wire: Wire, settings: Settings
) -> None:
    await connect(wire, cooldown_minutes=60)
    async with build(settings).running():
        await wire.say(call(1), call(2))
        assert await outcomes(wire, 2) == [PERMITTED, blocked(Reason.COOLDOWN)]
        await wire.say(dispatched(1, TextState.FAILED, 30008), call(3))
        assert (await outcomes(wire, 3))[2:] == [PERMITTED]


async def test_a_text_is_taken_back_when_the_call_turns_out_answered(wire: Wire, settings: Settings) -> None:
    await connect(wire)
    async with build(settings).running():
        await wire.say(call(1), call(1, revision=2, verdict=Verdict.ANSWERED))
        permitted, cancelled = await wire.heard(TEXTS_SCREENED, count=2)
    assert (cancelled.data.screening, cancelled.data.reason) == (Screening.CANCELLED, Reason.ANSWERED_AFTER_ALL)
    assert cancelled.data.text_id == permitted.data.text_id
    assert cancelled.id != permitted.id


async def test_stop_holds_for_the_next_call_and_start_lifts_it(wire: Wire, settings: Settings) -> None:
    await connect(wire)
    async with build(settings).running():
        await wire.say(message("Stop."))
        await wire.heard(CONSENTS_CHANGED)
        await wire.say(call(1))
        assert await outcomes(wire, 1) == [blocked(Reason.OPTED_OUT)]
        await wire.say(message("START"))
        told = await wire.heard(CONSENTS_CHANGED, count=3)
        await wire.say(call(2))
        assert await outcomes(wire, 2) == [blocked(Reason.OPTED_OUT), PERMITTED]
    by_key = {(e.partitionkey, e.data.version): e.data.wish for e in told}
    business = consent_key(cases.PERSON, cases.THIS_BUSINESS)
    number = consent_key(cases.PERSON, cases.THIS_NUMBER)
    assert by_key == {(business, 1): Wish.OPTED_OUT, (business, 2): Wish.OPTED_IN, (number, 1): Wish.OPTED_IN}


async def test_a_stop_that_came_with_the_call_takes_effect_first(wire: Wire, settings: Settings) -> None:
    """Both wait in their topics when the service comes up, the call before the STOP."""
    await connect(wire)
    await wire.say(call(1), message("STOP"))
    async with build(settings).running():
        assert await outcomes(wire, 1) == [blocked(Reason.OPTED_OUT)]


async def test_21610_opts_out_from_that_number_and_no_other(wire: Wire, settings: Settings) -> None:
    other = "+14155550188"
    await connect(wire, numbers=(cases.NUMBER, other))
    async with build(settings).running():
        await wire.say(dispatched(1, TextState.FAILED, 21610), call(2), call(3, called=other))
        assert await outcomes(wire, 2) == [blocked(Reason.OPTED_OUT), PERMITTED]
        (told,) = await wire.heard(CONSENTS_CHANGED)
    assert (told.data.scope, told.data.wish) == (cases.THIS_NUMBER, Wish.OPTED_OUT)


async def test_a_landline_is_remembered(wire: Wire, settings: Settings) -> None:
    await connect(wire)
    async with build(settings).running():
        await wire.say(dispatched(1, TextState.UNDELIVERED, 30006), call(2))
        assert await outcomes(wire, 1) == [blocked(Reason.UNREACHABLE)]


@pytest.mark.parametrize("scope", [cases.THIS_NUMBER, cases.THIS_BUSINESS, cases.EVERYONE], ids=lambda s: s.kind)
async def test_an_opt_out_asked_for_elsewhere_holds_as_far_as_it_was_asked(
    wire: Wire, settings: Settings, scope: Scope
) -> None:
    await connect(wire)
    async with build(settings).running():
        await wire.say(_said(CONSENTS_REQUESTED, cases.requested(scope, at=now()), "1", cases.PERSON))
        (told,) = await wire.heard(CONSENTS_CHANGED)
        await wire.say(call(1))
        assert await outcomes(wire, 1) == [blocked(Reason.OPTED_OUT)]
    assert (told.data.person_id, told.data.scope) == (cases.PERSON, scope)


async def test_after_a_restart_what_comes_again_says_the_same_bytes_and_permits_nothing_anew(
    wire: Wire, settings: Settings
) -> None:
    """A crash before the commit: the whole batch comes again, with everything stored and published."""
    await connect(wire, cooldown_minutes=60)
    batch: list[Event[Any]] = [call(1), message("STOP"), call(2)]
    async with build(settings).running():
        await wire.say(*batch)
        await outcomes(wire, 2)
    async with build(settings).running():
        await wire.say(*batch, call(3))
        texts = await wire.heard_raw(TEXTS_SCREENED.name, until=lambda records: len(records) == 5)
        consents = await wire.heard_raw(CONSENTS_CHANGED.name, until=lambda records: len(records) == 2)
    assert [r.value for r in texts[:2]] == [r.value for r in texts[2:4]]
    assert TEXTS_SCREENED.parse(texts[4].value).data.reason is Reason.OPTED_OUT
    assert consents[0].value == consents[1].value


async def test_a_crash_between_the_two_writes_heals_when_the_batch_comes_again(wire: Wire, settings: Settings) -> None:
    """The wishes are stored and told, the calls are gone: as a crash leaves it."""
    await connect(wire)
    batch: list[Event[Any]] = [message("STOP"), call(1)]
    service = build(settings)
    async with service.running():
        await wire.say(*batch)
        before = await wire.heard_raw(TEXTS_SCREENED.name, until=bool)
        await service.database["conversations"].delete_many({})
        await wire.say(*batch)
        after = await wire.heard_raw(TEXTS_SCREENED.name, until=lambda records: len(records) == 2)
        consents = await wire.heard_raw(CONSENTS_CHANGED.name, until=lambda records: len(records) == 2)
    said = [TEXTS_SCREENED.parse(record.value) for record in (before[0], after[1])]
    assert [(event.id, event.data.reason) for event in said] == [(said[0].id, Reason.OPTED_OUT)] * 2
    assert consents[0].value == consents[1].value


async def test_what_takes_effect_is_counted_once_however_often_it_comes(wire: Wire, settings: Settings) -> None:
    await connect(wire)
    batch: list[Event[Any]] = [message("STOP"), call(1)]
    before = counted()
    async with build(settings).running():
        await wire.say(*batch, *batch)
        await outcomes(wire, 2)
    assert [after - then for after, then in zip(counted(), before, strict=True)] == [1, 1, 1]


def counted() -> list[float]:
    """Blocked for an opt-out, opted out by keyword, and screenings whose time was taken."""
    samples = [
        ("missedcall_texts_screened_total", {"screening": "blocked", "reason": "opted_out"}),
        ("missedcall_opt_outs_total", {"source": "keyword"}),
        ("missedcall_screening_seconds_count", {}),
    ]
    return [REGISTRY.get_sample_value(name, labels) or 0 for name, labels in samples]


async def test_rubbish_becomes_a_dead_letter_and_the_next_call_is_screened(wire: Wire, settings: Settings) -> None:
    await connect(wire)
    bad_number = _said(CONSENTS_REQUESTED, cases.requested(cases.EVERYONE, number="12"), "1", "x")
    async with build(settings).running():
        await wire.say_raw((CALLS_DECIDED.name, b"x", b"{"), (MESSAGES_INGESTED.name, None, b"\xff"))
        await wire.say(bad_number, call(1))
        assert await outcomes(wire, 1) == [PERMITTED]
        letters = await wire.heard(dead_letters_topic("compliance"), count=3)
    assert {letter.data.topic for letter in letters} == {
        CALLS_DECIDED.name,
        MESSAGES_INGESTED.name,
        CONSENTS_REQUESTED.name,
    }
    assert "NotANumber" in {letter.data.reason for letter in letters}

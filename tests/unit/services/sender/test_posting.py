"""The last look as it is really taken: with the tables in memory, right before a real POST."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from runtime.secrets import SecretFolder
from runtime.tables import Table
from schemas.businesses import BUSINESSES_CHANGED, BusinessChanged, Mode
from schemas.consents import CONSENTS_CHANGED, ConsentChanged, Evidence, Scope, ScopeKind, Source, Wish, consent_key
from schemas.controls import CONTROLS_CHANGED, ControlChanged, ControlScope, Texting
from schemas.reasons import Reason
from services.sender.accounts import Accounts
from services.sender.breaker import Tolerance
from services.sender.changes import Held
from services.sender.connections import Connections
from services.sender.evidence import Accepted, Claimed, Refused, Unsent
from services.sender.ledger import take
from services.sender.pace import Pace
from services.sender.posting import InHand, Poster
from services.sender.twilio import Messages
from services.sender.views import Views, opted_out_only
from tests.unit.services.sender.fake_twilio import CREATED, Behaviour, FakeTwilio, listening, refusing
from tests.unit.services.sender.samples import CLAIM, NOW, SID, entitled, intent, text

SECOND = timedelta(seconds=1)
PACE = Pace(
    lease=60 * SECOND,
    post=2 * SECOND,
    hold=2 * SECOND,
    halt=30 * SECOND,
    retry_cap=30 * SECOND,
    poll=SECOND,
    shutdown=5 * SECOND,
)
BUSINESS = BusinessChanged(
    business_id="b1",
    version=1,
    name="Acme",
    account_sid="AC1",
    numbers=("+14155550100",),
    mode=Mode.FORWARD,
    template="",
    cooldown_minutes=60,
    entitlement=entitled(),
)


@pytest.fixture
def views() -> Views:
    """All tables at their topics' ends, one business in them."""
    own = Views(
        consents=Table(CONSENTS_CHANGED, row=opted_out_only, version=lambda row: row.version),
        controls=Table(CONTROLS_CHANGED, row=lambda row: row, version=lambda row: row.version),
        businesses=Table(BUSINESSES_CHANGED, row=lambda row: row, version=lambda row: row.version),
        max_age=10 * SECOND,
    )
    own.businesses.take(
        BUSINESSES_CHANGED.event(BUSINESS, source="/b", subject="b1", transition="1", key="b1", time=NOW)
    )
    for table in (own.consents, own.controls, own.businesses):
        table.restored(time.time())
    return own


def consent(views: Views, scope: Scope, wish: Wish, *, version: int = 1) -> None:
    evidence = Evidence(source=Source.KEYWORD, reference="SM9", heard_at=NOW)
    said = ConsentChanged(person_id="p1_1", scope=scope, wish=wish, version=version, evidence=evidence)
    key = consent_key("p1_1", scope)
    views.consents.take(
        CONSENTS_CHANGED.event(said, source="/c", subject=key, transition=str(version), key=key, time=NOW)
    )


def control(views: Views, scope: ControlScope, name: str, texting: Texting) -> None:
    said = ControlChanged(scope=scope, name=name, texting=texting, version=1, why="test", changed_at=NOW)
    key = f"{scope}:{name}"
    views.controls.take(CONTROLS_CHANGED.event(said, source="/c", subject=key, transition="1", key=key, time=NOW))


@dataclass(frozen=True)
class Desk:
    poster: Poster
    twilio: FakeTwilio
    accounts: Accounts


@asynccontextmanager
async def desk(views: Views, tokens: Path, behave: Behaviour = CREATED) -> AsyncIterator[Desk]:
    (tokens / "AC1").write_text("token")
    connections = Connections(connect_seconds=1, read_seconds=1)
    accounts = Accounts(posts_at_once=1, halt=PACE.halt, bears=Tolerance(silences=5, rest=2, cap=30))
    async with listening(behave) as twilio:
        messages = Messages(SecretFolder(tokens), connections, public_url="https://x.example", base=twilio.url)
        yield Desk(
            Poster(
                messages=messages,
                views=views,
                accounts=accounts,
                pace=PACE,
                clock=lambda: NOW,
                uniform=lambda _, high: high,
            ),
            twilio,
            accounts,
        )
    await connections.close()


def in_hand(*, since: float | None = None, **changes: Any) -> InHand:
    entry = take(intent(**changes), Claimed(claim=CLAIM, at=NOW))
    return InHand(held=Held(rev=2, entry=entry), token="mine", since=time.monotonic() if since is None else since)


async def test_what_nothing_forbids_is_posted(views: Views, tmp_path: Path) -> None:
    async with desk(views, tmp_path) as at:
        assert await at.poster.post(in_hand()) == Accepted(message_sid=SID)
        assert len(at.twilio.requests) == 1


async def test_a_claim_so_old_that_its_lease_could_end_before_the_answer_is_not_posted(
    views: Views, tmp_path: Path
) -> None:
    async with desk(views, tmp_path) as at:
        evidence = await at.poster.post(in_hand(since=time.monotonic() - 58.5))
        assert evidence == Unsent(token="mine", reason=Reason.EXPIRED, again_at=NOW + PACE.hold)
        assert at.twilio.requests == []


@pytest.mark.parametrize("name", ["consents", "controls", "businesses"])
async def test_a_view_that_is_too_old_posts_nothing(name: str, views: Views, tmp_path: Path) -> None:
    getattr(views, name).restored(time.time() - 11)
    async with desk(views, tmp_path) as at:
        assert isinstance(await at.poster.post(in_hand()), Unsent)
        assert at.twilio.requests == []


async def test_a_text_that_was_permitted_for_what_a_business_became_waits_until_that_is_seen(
    views: Views, tmp_path: Path
) -> None:
    """Else a business of this moment would be unknown, and one that has just paid would be over its trial."""
    ahead = text(business_version=BUSINESS.version + 1)
    async with desk(views, tmp_path) as at:
        evidence = await at.poster.post(in_hand(text=ahead))
        assert evidence == Unsent(token="mine", reason=Reason.EXPIRED, again_at=NOW + PACE.hold)
        assert at.twilio.requests == []


async def test_a_view_that_was_never_loaded_posts_nothing(views: Views, tmp_path: Path) -> None:
    unloaded = Table(CONSENTS_CHANGED, row=opted_out_only, version=lambda row: row.version)
    async with desk(replace(views, consents=unloaded), tmp_path) as at:
        assert isinstance(await at.poster.post(in_hand()), Unsent)
        assert at.twilio.requests == []


@pytest.mark.parametrize(
    ("scope", "goes"),
    [
        pytest.param(Scope(kind=ScopeKind.NUMBER, name="n1_1"), False, id="this number"),
        pytest.param(Scope(kind=ScopeKind.NUMBER, name="n1_2"), True, id="another number of the business"),
        pytest.param(Scope(kind=ScopeKind.BUSINESS, name="b1"), False, id="this business"),
        pytest.param(Scope(kind=ScopeKind.BUSINESS, name="b2"), True, id="another business"),
        pytest.param(Scope(kind=ScopeKind.EVERYONE), False, id="everyone"),
    ],
)
async def test_an_opt_out_reaches_as_far_as_it_says(*, scope: Scope, goes: bool, views: Views, tmp_path: Path) -> None:
    consent(views, scope, Wish.OPTED_OUT)
    async with desk(views, tmp_path) as at:
        evidence = await at.poster.post(in_hand())
    assert evidence == (Accepted(message_sid=SID) if goes else Refused(token="mine", reason=Reason.OPTED_OUT))


async def test_who_opted_in_again_is_posted_to(views: Views, tmp_path: Path) -> None:
    everyone = Scope(kind=ScopeKind.EVERYONE)
    consent(views, everyone, Wish.OPTED_OUT)
    consent(views, everyone, Wish.OPTED_IN, version=2)
    async with desk(views, tmp_path) as at:
        assert isinstance(await at.poster.post(in_hand()), Accepted)


@pytest.mark.parametrize(
    ("scope", "name", "reason"),
    [
        (ControlScope.EVERYWHERE, "", Reason.PAUSED),
        (ControlScope.ACCOUNT, "AC1", Reason.PAUSED),
        (ControlScope.BUSINESS, "b1", Reason.PAUSED),
        (ControlScope.ACCOUNT, "AC2", None),
        (ControlScope.BUSINESS, "b2", None),
    ],
)
async def test_a_pause_reaches_as_far_as_it_says(
    *, scope: ControlScope, name: str, reason: Reason | None, views: Views, tmp_path: Path
) -> None:
    control(views, scope, name, Texting.PAUSED)
    async with desk(views, tmp_path) as at:
        evidence = await at.poster.post(in_hand())
    assert getattr(evidence, "reason", None) is reason


async def test_the_strictest_control_counts(views: Views, tmp_path: Path) -> None:
    control(views, ControlScope.EVERYWHERE, "", Texting.SHADOW)
    control(views, ControlScope.BUSINESS, "b1", Texting.PAUSED)
    async with desk(views, tmp_path) as at:
        assert getattr(await at.poster.post(in_hand()), "reason", None) is Reason.PAUSED


@pytest.mark.parametrize(("attempts", "seconds"), [(0, 0.5), (1, 1), (2, 2), (6, 30), (99, 30)])
async def test_the_longest_wait_doubles_with_each_try_up_to_its_cap(
    *, attempts: int, seconds: float, views: Views, tmp_path: Path
) -> None:
    async with desk(views, tmp_path, refusing(429, 20429)) as at:
        evidence = await at.poster.post(in_hand(attempts=attempts))
    assert isinstance(evidence, Unsent)
    assert evidence.again_at - NOW == timedelta(seconds=seconds)


async def test_what_twilio_answers_is_told_to_the_account(views: Views, tmp_path: Path) -> None:
    async with desk(views, tmp_path, refusing(401, 20003)) as at:
        await at.poster.post(in_hand())
    assert at.accounts.closed(time.monotonic()) == {"AC1"}


async def test_a_stop_that_comes_while_the_post_waits_for_its_connection_is_honoured(
    views: Views, tmp_path: Path
) -> None:
    """Right before the first byte it is looked once more, and the connection is closed unused."""
    looks = 0

    def clock() -> datetime:
        """Read at each look."""
        nonlocal looks
        looks += 1
        if looks == 2:
            consent(views, Scope(kind=ScopeKind.EVERYONE), Wish.OPTED_OUT)
        return NOW

    async with desk(views, tmp_path) as at:
        evidence = await replace(at.poster, clock=clock).post(in_hand())
        assert evidence == Refused(token="mine", reason=Reason.OPTED_OUT)
        assert (at.twilio.connections, at.twilio.requests) == (1, [])

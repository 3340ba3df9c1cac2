"""What an order makes of how texting stands in one scope."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.controls import ControlChanged, ControlScope, Texting
from services.businesses.refusals import Refused
from services.businesses.taps import Order, Tap, check, turned

NOW = datetime(2030, 1, 31, 12, tzinfo=UTC)
LATER = NOW + timedelta(minutes=5)
TAP = Tap(scope=ControlScope.BUSINESS, name="b_1")
PAUSE = Order(texting=Texting.PAUSED, why="wrong words")
SHADOW = Order(texting=Texting.SHADOW, why="wrong words")
RESUME = Order(texting=Texting.ON, why="over")

orders = st.builds(Order, texting=st.sampled_from(Texting), why=st.sampled_from(["one reason", "another"]))


def paused() -> ControlChanged:
    control = turned(None, TAP, PAUSE, now=NOW)
    assert control is not None
    return control


def test_a_pause_names_its_scope_its_reason_and_its_time() -> None:
    assert paused() == ControlChanged(
        scope=ControlScope.BUSINESS,
        name="b_1",
        texting=Texting.PAUSED,
        version=1,
        why="wrong words",
        changed_at=NOW,
    )


@pytest.mark.parametrize(
    ("order", "texting", "version"),
    [
        pytest.param(PAUSE, Texting.PAUSED, 1, id="the same again changes nothing"),
        pytest.param(Order(texting=Texting.PAUSED, why="a complaint"), Texting.PAUSED, 2, id="a better reason"),
        pytest.param(SHADOW, Texting.SHADOW, 2, id="shadow mode instead"),
        pytest.param(RESUME, Texting.ON, 2, id="resumed"),
    ],
)
def test_of_what_is_paused_an_order_makes(order: Order, texting: Texting, version: int) -> None:
    after = turned(paused(), TAP, order, now=LATER)
    assert after is not None
    assert (after.texting, after.version) == (texting, version)
    assert after.changed_at == (NOW if version == 1 else LATER)


def test_what_was_never_paused_has_nothing_to_resume() -> None:
    assert turned(None, TAP, RESUME, now=NOW) is None


def test_resuming_twice_is_resuming_once_whatever_the_reason() -> None:
    resumed = turned(paused(), TAP, RESUME, now=LATER)
    assert turned(resumed, TAP, Order(texting=Texting.ON, why="really"), now=LATER) is resumed


@given(given_orders=st.lists(orders, min_size=1))
def test_the_last_order_holds_and_each_change_is_a_version_of_its_own(given_orders: list[Order]) -> None:
    control, versions = None, []
    for order in given_orders:
        control = turned(control, TAP, order, now=NOW)
        versions.append(control.version if control else 0)
    assert (control.texting if control else Texting.ON) is given_orders[-1].texting
    assert all(after - before in (0, 1) for before, after in zip([0, *versions], versions, strict=False))


@pytest.mark.parametrize(
    ("tap", "key"),
    [
        (Tap(scope=ControlScope.EVERYWHERE), "everywhere"),
        (Tap(scope=ControlScope.ACCOUNT, name="AC" + "0f" * 16), "account/AC" + "0f" * 16),
        (TAP, "business/b_1"),
    ],
    ids=["everywhere", "account", "business"],
)
def test_each_scope_has_a_key_of_its_own(tap: Tap, key: str) -> None:
    check(tap)
    assert tap.key == key


@pytest.mark.parametrize("name", ["", "AC1", "SM" + "0f" * 16, "AC" + "0F" * 16])
def test_what_can_be_no_account_is_refused(name: str) -> None:
    with pytest.raises(Refused, match="--account: it is not AC and 32 hexadecimal digits"):
        check(Tap(scope=ControlScope.ACCOUNT, name=name))

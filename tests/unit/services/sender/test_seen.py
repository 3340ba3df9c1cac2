"""What was seen in the ledger and waits for room."""

from __future__ import annotations

from collections import Counter

from services.sender.changes import Held
from services.sender.seen import Seen
from tests.unit.services.sender.samples import intent, text


def held(text_id: str, account: str = "AC1") -> Held:
    return Held(rev=1, entry=intent(text=text(text_id=text_id, account_sid=account)))


def everything(seen: Seen) -> list[str]:
    return [one.text_id for one in seen.take(lambda _: True)]


def test_a_text_that_is_seen_twice_is_taken_once() -> None:
    seen = Seen()
    seen.add([held("t1"), held("t2")])
    seen.add([held("t1")])
    assert everything(seen) == ["t1", "t2"]


def test_what_is_being_claimed_is_not_seen_anew_before_it_is_forgotten() -> None:
    seen = Seen()
    seen.add([held("t1")])
    taken = seen.take(lambda _: True)
    seen.add([held("t1")])
    assert everything(seen) == []
    seen.forget(taken)
    seen.add([held("t1")])
    assert everything(seen) == ["t1"]


def test_of_each_account_as_many_are_taken_as_it_has_room_for() -> None:
    seen = Seen()
    seen.add(held(f"{account}-{number}", account) for number in range(3) for account in ("AC1", "AC2"))
    room = Counter({"AC1": 1, "AC2": 5})

    def enters(account: str) -> bool:
        room[account] -= 1
        return room[account] >= 0

    assert [one.text_id for one in seen.take(enters)] == ["AC1-0", "AC2-0", "AC2-1", "AC2-2"]
    assert (seen.none_of("AC1"), seen.none_of("AC2"), seen.none_of("AC3")) == (False, True, True)


def test_the_backlog_of_one_account_leaves_room_for_all_others_and_says_that_there_was_more() -> None:
    seen = Seen()
    assert not seen.add(held(f"busy-{number}", "AC1") for number in range(1_000))
    assert seen.add([held("other", "AC2")])
    assert "other" in everything(seen)


def test_what_is_dropped_may_be_seen_again() -> None:
    seen = Seen()
    seen.add([held("t1", "AC1"), held("t2", "AC2")])
    seen.drop(lambda one: one.entry.text.account_sid == "AC1")
    assert everything(seen) == ["t2"]
    seen.add([held("t1", "AC1")])
    assert everything(seen) == ["t1"]

"""Each account by itself."""

from datetime import timedelta

from services.sender.accounts import Accounts
from services.sender.changes import Held
from tests.unit.services.sender.samples import NOW, intent, text


def held(account: str) -> Held:
    return Held(rev=1, entry=intent(text=text(account_sid=account)))


def test_no_more_than_its_slots_are_admitted_and_others_are_not_held_up() -> None:
    accounts = Accounts(posts_at_once=2)
    admitted = accounts.admit([held("AC1"), held("AC1"), held("AC1"), held("AC2")])
    assert [h.entry.text.account_sid for h in admitted] == ["AC1", "AC1", "AC2"]
    assert accounts.closed(NOW) == {"AC1"}


def test_a_slot_that_is_left_is_there_for_the_next() -> None:
    accounts = Accounts(posts_at_once=1)
    accounts.admit([held("AC1")])
    accounts.leave("AC1")
    assert accounts.closed(NOW) == set()
    assert len(accounts.admit([held("AC1")])) == 1


def test_a_shorter_rest_does_not_end_a_longer_one() -> None:
    accounts = Accounts(posts_at_once=1)
    accounts.rest("AC1", NOW + timedelta(seconds=30))
    accounts.rest("AC1", NOW + timedelta(seconds=1))
    assert accounts.closed(NOW + timedelta(seconds=29)) == {"AC1"}
    assert accounts.closed(NOW + timedelta(seconds=30)) == set()

"""What must hold of a business whatever was changed of it. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Final

from schemas.businesses import BusinessChanged, Mode
from schemas.identity import e164
from schemas.words import NoWords, words_of
from services.businesses.refusals import Refused

_ACCOUNT_SID: Final = re.compile(r"AC[0-9a-f]{32}")
_LONGEST_NAME: Final = 100
_LONGEST_COOLDOWN: Final = 7 * 24 * 60


def check(business: BusinessChanged) -> BusinessChanged:
    """The business with its numbers in E.164. Raises Refused at the first thing that is wrong."""
    numbers = _in_e164("--number", business.numbers)
    forward_to = _in_e164("--forward-to", business.forward_to)
    business = business.model_copy(update={"numbers": numbers, "forward_to": forward_to})
    for rule in _RULES:
        rule(business)
    return business


def is_account_sid(text: str) -> bool:
    return _ACCOUNT_SID.fullmatch(text) is not None


def _in_e164(option: str, numbers: Sequence[str]) -> tuple[str, ...]:
    """Each once, in the order given. Which one is wrong is told by its place: an error holds no number."""
    understood = [e164(number) for number in numbers]
    if None in understood:
        which = f"number {understood.index(None) + 1} of {len(numbers)}" if len(numbers) > 1 else "the number"
        raise Refused(option, f"{which} is none that a phone could have", "give it in E.164, as +14155550123")
    return tuple(dict.fromkeys(number for number in understood if number))


def _named(business: BusinessChanged) -> None:
    if not business.name.strip():
        raise Refused("--name", "it is empty", "give the name that the caller knows the business by")
    if len(business.name) > _LONGEST_NAME or not business.name.isprintable():
        raise Refused("--name", f"it is no line of at most {_LONGEST_NAME} characters", "give a shorter one")


def _planned(business: BusinessChanged) -> None:
    if not business.entitlement.plan.strip():
        raise Refused("--plan", "it is empty", "name the plan that the business chose")


def _account_given(business: BusinessChanged) -> None:
    if not is_account_sid(business.account_sid):
        raise Refused(
            "--account-sid", "it is not AC and 32 hexadecimal digits", "copy the Account SID from Twilio's console"
        )


def _connected(business: BusinessChanged) -> None:
    if not business.numbers:
        raise Refused("--number", "there is none", "give the business's Twilio number, as +14155550123")


def _rings_somewhere(business: BusinessChanged) -> None:
    if business.mode is Mode.FORWARD and not business.forward_to:
        raise Refused("--forward-to", "mode forward needs a phone to ring", "give at least one --forward-to")


def _does_not_ring_itself(business: BusinessChanged) -> None:
    """A call forwarded to a connected number comes back to us, and is forwarded again."""
    if set(business.forward_to) & set(business.numbers):
        raise Refused(
            "--forward-to", "a connected number would ring itself for ever", "give the phone that people answer"
        )


def _waits_sensibly(business: BusinessChanged) -> None:
    if business.cooldown_minutes > _LONGEST_COOLDOWN:
        raise Refused("--cooldown-minutes", "it is longer than a week", f"give at most {_LONGEST_COOLDOWN}")


def _has_words(business: BusinessChanged) -> None:
    for number in business.numbers:
        try:
            words_of(business.template, business=business.name, phone=number)
        except NoWords as error:
            raise Refused("--template", str(error), "or leave --template out for the usual words") from None


_RULES: Final[Sequence[Callable[[BusinessChanged], None]]] = (
    _named,
    _planned,
    _account_given,
    _connected,
    _rings_somewhere,
    _does_not_ring_itself,
    _waits_sensibly,
    _has_words,
)

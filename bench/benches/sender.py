"""Texts a second against a local endpoint, beside a bare aiohttp loop that POSTs the same forms, as many at once; and
beside that loop where it writes down what it has in hand.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import partial
from typing import Any, Final

from bench.corner import opened_corner
from bench.ground import Ground, alternated
from bench.lines import Line
from bench.programs import running_baseline, running_service
from bench.receiver import listening_receiver
from bench.samples.events import screened
from bench.samples.parties import ACCOUNT, PUBLIC_URL, TOKEN, Caller, texting, the_business
from bench.samples.records import records_for
from schemas.callbacks import MESSAGE_STATUS, Issued, callback_url
from schemas.controls import Texting
from schemas.texts import TEXTS_SCREENED

_AIMED_AT: Final = 0.8
# The sender's own setting for one account: what a sudden death may strand.
_AT_ONCE: Final = 8
# A local endpoint answers at once, Twilio never did: its answers take about so long.
_TWILIOS_SECONDS: Final = 0.1


async def measure(ground: Ground) -> list[Line]:
    lines = []
    for name, delay in (
        ("answered at once", 0.0),
        (f"answered after {_TWILIOS_SECONDS * 1000:.0f} ms", _TWILIOS_SECONDS),
    ):
        lines += await _measure(ground, name, delay)
    return lines


async def _measure(ground: Ground, name: str, delay: float) -> list[Line]:
    count = ground.scale.texts if not delay else ground.scale.texts // 10
    runs = {
        "sender": partial(_sender, ground, count=count, delay=delay),
        "bare POST loop": partial(_by_hand, ground, count=count, delay=delay, writes=False),
    }
    if not delay:  # where Twilio takes its time, its time is all that shows
        runs["POST loop that writes"] = partial(_by_hand, ground, count=count, delay=delay, writes=True)
    ours, bare, *writing = (await alternated(ground, ground.scale.rounds, runs)).values()
    line = partial(Line, name=name, unit="texts/s", figures=ours)
    return [
        line(baseline="bare POST loop", beside=bare, target=_AIMED_AT),
        *(line(baseline="POST loop that writes", beside=each) for each in writing),
    ]


async def _sender(ground: Ground, round_: int, *, count: int, delay: float) -> float:
    """The ledger is filled while texting is paused; then the operator lets it go."""
    paused = [the_business(), texting(Texting.PAUSED, version=1)]
    async with (
        opened_corner(ground, "sender", holding=paused) as corner,
        listening_receiver(ground.folder, delay=delay) as twilio,
    ):
        also = {"MISSEDCALL_TWILIO_API_BASE": twilio.url, "MISSEDCALL_POSTS_PER_ACCOUNT": str(_AT_ONCE)}
        async with running_service(corner, "sender", also=also) as programs:
            await corner.fill(records_for("sender", count, round_))
            await corner.handled(programs.group, [TEXTS_SCREENED.name])
            await corner.fill([texting(Texting.ON, version=2)])
            return _rate(await twilio.all_came(count))


async def _by_hand(ground: Ground, round_: int, *, count: int, delay: float, writes: bool) -> float:
    async with opened_corner(ground, "sender") as corner, listening_receiver(ground.folder, delay=delay) as twilio:
        forms = ground.folder / "forms.json"
        forms.write_text(json.dumps([_form(Caller(index=index, run=round_)) for index in range(count)]))
        told: dict[str, Any] = {
            "forms": str(forms),
            "url": twilio.url,
            "account": ACCOUNT,
            "token": TOKEN,
            "at_once": _AT_ONCE,
            "writes": writes,
        }
        async with running_baseline(corner, "posts", **told):
            return _rate(await twilio.all_came(count))


def _rate(came: Mapping[str, float]) -> float:
    """Between the first POST and the last: neither how long a process takes to start counts, nor when we looked."""
    moments = sorted(came.values())
    return (len(moments) - 1) / (moments[-1] - moments[0])


def _form(caller: Caller) -> dict[str, str]:
    text = screened(caller).data
    ids = {Issued.TEXT: text.text_id, Issued.CONVERSATION: text.conversation_id, Issued.BUSINESS: text.business_id}
    return {
        "To": text.recipient or "",
        "From": text.sender,
        "Body": text.words.body if text.words else "",
        "StatusCallback": callback_url(PUBLIC_URL, MESSAGE_STATUS, ids),
        "ValidityPeriod": "1800",
    }

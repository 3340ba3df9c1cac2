"""Counts the pauses that stand: whoever forgets one is told by an alert."""

from __future__ import annotations

import asyncio
from collections import Counter
from itertools import product
from typing import Final

from schemas.controls import ControlScope, Texting
from services.businesses import metrics
from services.businesses.controls import Controls

_EVERY_SECONDS: Final = 1.0


async def keep_measuring(controls: Controls) -> None:
    """Until cancelled."""
    while True:
        await measure(controls)
        await asyncio.sleep(_EVERY_SECONDS)


async def measure(controls: Controls) -> None:
    """By kind of scope alone: an account's or a business's name is no label."""
    standing = Counter((control.scope, control.texting) for control in await controls.standing())
    for scope, texting in product(ControlScope, (Texting.PAUSED, Texting.SHADOW)):
        shadow = str(texting is Texting.SHADOW).lower()
        metrics.PAUSED.labels(scope, shadow).set(standing[scope, texting])

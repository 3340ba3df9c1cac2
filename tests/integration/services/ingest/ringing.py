"""Calls at a steady rate, and how they were answered."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from xml.etree.ElementTree import fromstring

from tests.integration.services.ingest.door import Answer, Door
from tests.unit.services.ingest.webhooks import PHONE, VOICE

A_SECOND = 40


def call_sid(number: int) -> str:
    return f"CA{number:032x}"


async def ring(door: Door, numbers: Sequence[int]) -> list[Answer]:
    """So many calls at a steady rate, each its own, whether the others are answered or not."""
    calls: list[asyncio.Task[Answer]] = []
    for number in numbers:
        calls.append(asyncio.create_task(door.post("/twilio/voice", VOICE | {"CallSid": call_sid(number)})))
        await asyncio.sleep(1 / A_SECOND)
    return await asyncio.gather(*calls)


def percentile(answers: Sequence[Answer], share: float) -> float:
    return sorted(answer.seconds for answer in answers)[int(len(answers) * share)]


def rings_the_phone(answer: Answer) -> bool:
    return answer.status == 200 and fromstring(answer.text).findtext("Dial/Number") == PHONE  # noqa: S314 - our own

"""Call seconds, which may pass faster than real ones, and the wall clock, which is never faked."""

import asyncio
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import format_datetime


@dataclass(frozen=True, kw_only=True)
class Clock:
    speed: float

    async def pass_seconds(self, call_seconds: float) -> None:
        """Wait that many seconds of a call's life; real time is shorter by the speed."""
        if call_seconds > 0:
            await asyncio.sleep(call_seconds / self.speed)

    @staticmethod
    def now() -> datetime:
        return datetime.now(UTC)


def rfc2822(moment: datetime | None) -> str | None:
    """As Twilio writes times: `Fri, 24 May 2019 17:44:46 +0000`."""
    return format_datetime(moment) if moment else None

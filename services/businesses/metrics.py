"""Every metric of the businesses service, each with its meaning."""

from __future__ import annotations

from typing import Final

from prometheus_client import Gauge

UNSAID: Final = Gauge(
    "missedcall_businesses_unpublished", "Businesses, or pauses, with a change that is not on its topic yet.", ["topic"]
)
PAUSED: Final = Gauge(
    "missedcall_paused_scopes",
    "Scopes in which the operator paused texting; in shadow mode everything is done but the POST.",
    ["kind", "shadow"],
)

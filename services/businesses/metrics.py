"""Every metric of the businesses service, each with its meaning."""

from __future__ import annotations

from typing import Final

from prometheus_client import Gauge

UNSAID: Final = Gauge("missedcall_businesses_unpublished", "Businesses with a change that is not on the topic yet.")

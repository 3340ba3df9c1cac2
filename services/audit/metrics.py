"""Every metric of the audit, each with its meaning."""

from __future__ import annotations

from typing import Final

from prometheus_client import Counter

KEPT: Final = Counter("missedcall_audit_kept", "Records written down for the first time, by topic.", ["topic"])
REPEATED: Final = Counter("missedcall_audit_repeated", "Records that came again, by topic.", ["topic"])
UNREADABLE: Final = Counter(
    "missedcall_audit_unreadable", "Records written down that are no event of their topic, by topic.", ["topic"]
)

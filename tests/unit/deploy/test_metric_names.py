"""Alerts and dashboards ask only for what the services export; a metric renamed without them fails here."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Final

import pytest

from schemas.consents import Source
from schemas.controls import ControlScope
from schemas.reasons import Reason
from schemas.texts import Screening, TextState
from services.ingest.metrics import Outcome
from services.ingest.refusals import Refusal
from services.sender.breaker import Why
from services.sender.errors import Created, Denied, NoAnswer, NotConnected, NoToken
from tests.unit.deploy.watched import exported, expressions, selectors, service_names

# Prometheus's own series and labels: of every target, and of alerts.
_OWN_SERIES: Final = {"up": {"job", "instance"}, "ALERTS": {"alertname", "alertstate", "severity"}}
_TARGET_LABELS: Final = {"job", "instance"}
_VALUES: Final[Mapping[str, Collection[str]]] = {
    "job": service_names(),
    "reason": set(Reason),
    "state": {*TextState, "intent", "posting"},
    "screening": set(Screening),
    "source": set(Source),
    "kind": set(ControlScope),
    "outcome": {"accepted", "ignored", *Refusal, *Outcome},
    "why": set(Why),
    "answer": {answer.__name__ for answer in (Created, Denied, NoAnswer, NotConnected, NoToken)},
}
_ALL: Final = expressions()


@pytest.mark.parametrize("expression", _ALL.values(), ids=_ALL.keys())
def test_every_series_and_label_that_is_asked_for_is_exported(expression: str) -> None:
    known = {**_OWN_SERIES, **{name: labels | _TARGET_LABELS for name, labels in exported().items()}}
    asked = list(selectors(expression))
    assert asked, "no series was found in it"
    assert {selector.name for selector in asked} <= known.keys()
    for selector in asked:
        assert selector.matchers.keys() <= known[selector.name]


@pytest.mark.parametrize("expression", _ALL.values(), ids=_ALL.keys())
def test_every_label_value_that_is_asked_for_can_occur(expression: str) -> None:
    for selector in selectors(expression):
        for label, values in selector.matchers.items():
            assert set(values) <= set(_VALUES.get(label, values))


def test_who_counts_webhooks_that_twilio_sees_as_our_failure_counts_all_of_them() -> None:
    failures = {refusal for refusal in Refusal if refusal.status >= 500}
    asked = [set(s.matchers.get("outcome", ())) for expression in _ALL.values() for s in selectors(expression)]
    counted = [outcomes for outcomes in asked if outcomes & failures]
    assert len(counted) >= len(["the alert", "the panel"])
    assert all(outcomes == failures for outcomes in counted)


@pytest.mark.parametrize("name", [name for name in exported() if name.startswith("missedcall_")])
def test_exported_names_follow_the_conventions(name: str) -> None:
    """Prometheus's: base units in the name, seconds and not milliseconds, `_total` on counters alone."""
    assert not name.endswith(("_ms", "_milliseconds", "_minutes", "_count_total", "_total_total"))
    assert not exported()[name] & {"caller", "called", "phone", "person", "sender", "recipient", "body"}

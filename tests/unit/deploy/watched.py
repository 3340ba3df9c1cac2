"""What deploy/ asks Prometheus, and what there is to be asked: every expression, every metric of every service."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any, Final

import yaml
from prometheus_client import REGISTRY
from prometheus_client.metrics import MetricWrapperBase

DEPLOY: Final = Path(__file__).parents[3] / "deploy"
ALERTS: Final = sorted((DEPLOY / "prometheus" / "alerts").glob("*.yml"))
ALERT_TESTS: Final = sorted((DEPLOY / "prometheus" / "alert-tests").glob("*.yml"))
DASHBOARDS: Final = sorted((DEPLOY / "grafana" / "dashboards").glob("*.json"))

_SERVICES: Final = Path(__file__).parents[3] / "services"
_SELECTOR: Final = re.compile(r"\b(up|ALERTS|missedcall_\w+)(?:\{([^}]*)\})?")
_MATCHER: Final = re.compile(r'(\w+)(=~|!~|!=|=)"([^"]*)"')


@dataclass(frozen=True, kw_only=True)
class Selector:
    """A series as an expression asks for it; `matchers` holds the values by label, a regex's alternatives apart."""

    name: str
    matchers: Mapping[str, Sequence[str]]


def selectors(expression: str) -> Iterator[Selector]:
    for name, braces in _SELECTOR.findall(expression):
        yield Selector(name=name, matchers={label: value.split("|") for label, _, value in _MATCHER.findall(braces)})


@cache
def exported() -> Mapping[str, frozenset[str]]:
    """Every series that the services export, with its labels."""
    import_module("runtime.metrics")
    for file in _SERVICES.glob("*/metrics.py"):
        import_module(f"services.{file.parent.name}.metrics")
    series: dict[str, frozenset[str]] = {}
    for collector in list(REGISTRY._collector_to_names):
        if isinstance(collector, MetricWrapperBase):
            labels = frozenset(collector._labelnames)
            series |= dict.fromkeys(REGISTRY._collector_to_names[collector], labels)
    return {name: labels | {"le"} if name.endswith("_bucket") else labels for name, labels in series.items()}


def service_names() -> set[str]:
    return {file.parent.name for file in _SERVICES.glob("*/__main__.py")}


def rules() -> list[dict[str, Any]]:
    return [rule for file in ALERTS for group in yaml.safe_load(file.read_text())["groups"] for rule in group["rules"]]


def dashboards() -> dict[str, dict[str, Any]]:
    return {file.stem: json.loads(file.read_text()) for file in DASHBOARDS}


def panels() -> list[dict[str, Any]]:
    """Those that show something: rows are headings."""
    return [panel for board in dashboards().values() for panel in board["panels"] if panel["type"] != "row"]


def expressions() -> dict[str, str]:
    """By what a person would call it."""
    asked = {f"alert {rule['alert']}": rule["expr"] for rule in rules()}
    for panel in panels():
        asked |= {f"panel {panel['title']} {target['refId']}": target["expr"] for target in panel["targets"]}
    return asked

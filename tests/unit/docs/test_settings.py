"""The table of settings is what the services read."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from pydantic.fields import FieldInfo

from runtime.settings import PREFIX, RuntimeSettings
from services.businesses.settings import Settings as Businesses
from services.compliance.settings import Settings as Compliance
from services.decider.settings import Settings as Decider
from services.ingest.settings import Settings as Ingest
from services.sender.settings import Settings as Sender
from tests.unit.docs.papers import PAPERS, README, ROOT, SETTINGS, name_of, rows, sections, spans

SERVICES: dict[str, type[RuntimeSettings]] = {
    "ingest": Ingest,
    "decider": Decider,
    "compliance": Compliance,
    "sender": Sender,
    "businesses": Businesses,
}
VARIABLE = re.compile(rf"(?:{PREFIX}|KAFKA_|MONGODB_)[A-Z_]+")


def variable(name: str, field: FieldInfo) -> str:
    return field.validation_alias if isinstance(field.validation_alias, str) else f"{PREFIX}{name}".upper()


def default(field: FieldInfo) -> str:
    """As the table says it."""
    if field.is_required():
        return "required"
    value: Any = field.default
    if isinstance(value, Path):
        value = value.relative_to(ROOT)
    if isinstance(value, float):
        value = f"{value:g}"
    return {"None": "none", "": "empty"}.get(str(value), f"`{value}`")


def declared(fields: dict[str, FieldInfo]) -> dict[str, str]:
    return {f"`{variable(name, field)}`": default(field) for name, field in fields.items()}


def documented(section: str) -> dict[str, str]:
    return {row[0]: row[1] for row in rows(sections(SETTINGS)[section])}


def test_what_every_service_is_told_stands_in_the_table_with_its_default() -> None:
    assert documented("Every service") == declared(RuntimeSettings.model_fields)


@pytest.mark.parametrize("service", SERVICES)
def test_what_a_service_is_told_besides_stands_in_its_table_with_its_default(service: str) -> None:
    own = {n: f for n, f in SERVICES[service].model_fields.items() if n not in RuntimeSettings.model_fields}
    assert documented(service) == declared(own)


def test_every_service_that_has_settings_of_its_own_is_looked_at() -> None:
    assert {path.parent.name for path in (ROOT / "services").glob("*/settings.py")} == SERVICES.keys()


def test_what_is_read_on_one_machine_stands_in_the_table() -> None:
    """Variables that local/ and missedcall/ read by name, and that are no service's."""
    files = [file for folder in ("local", "missedcall") for file in (ROOT / folder).rglob("*.py")]
    read = {f"`{name}`" for file in files for name in re.findall(rf'"({PREFIX}[A-Z_]+)"', file.read_text())}
    services = {variable(n, f) for settings in SERVICES.values() for n, f in settings.model_fields.items()}
    of_services = {f"`{name}{suffix}`" for name in services for suffix in ("", "_FILE")}
    assert documented("On one machine").keys() == read - of_services - {f"`{PREFIX}TWILIO`"}


@pytest.mark.parametrize("paper", PAPERS, ids=name_of)
def test_every_variable_that_a_paper_names_is_read_by_something(paper: Path) -> None:
    tables = (row[0] for section in sections(SETTINGS).values() for row in rows(section))
    known = {name.strip("`") for name in tables}
    named = {name for span in spans(paper) for name in VARIABLE.findall(span)}
    assert named <= known | {f"{name}_FILE" for name in known}


def test_the_readmes_own_table_is_part_of_the_whole() -> None:
    shown = {name for row in rows(sections(README)["Settings"]) for name in VARIABLE.findall(row[0])}
    assert len(shown) > 5

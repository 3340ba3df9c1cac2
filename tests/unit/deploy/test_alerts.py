"""Every alert says what is wrong and what to do about it, and promtool has seen it fire."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from missedcall.cli import COMMANDS
from tests.unit.deploy.watched import ALERT_TESTS, ALERTS, DEPLOY, rules

_promtool = pytest.mark.skipif(shutil.which("promtool") is None, reason="promtool is not installed")


@pytest.mark.parametrize("rule", rules(), ids=lambda rule: str(rule["alert"]))
def test_an_alert_has_a_severity_a_sentence_and_a_next_step(rule: dict[str, Any]) -> None:
    assert rule["labels"]["severity"] in {"page", "ticket"}
    assert rule["annotations"].keys() == {"summary", "runbook"}
    assert all(text.endswith(".") for text in rule["annotations"].values())


@pytest.mark.parametrize("rule", rules(), ids=lambda rule: str(rule["alert"]))
def test_a_runbook_names_only_commands_that_exist(rule: dict[str, Any]) -> None:
    assert set(re.findall(r"`missedcall ([\w-]+)", rule["annotations"]["runbook"])) <= COMMANDS.keys()


def test_alert_names_are_unique() -> None:
    names = [rule["alert"] for rule in rules()]
    assert len(names) == len(set(names))


def test_each_alert_fires_in_a_test_of_its_own_file() -> None:
    assert [file.name for file in ALERT_TESTS] == [file.name for file in ALERTS]
    told = "".join(file.read_text() for file in ALERT_TESTS)
    assert {rule["alert"] for rule in rules()} == set(re.findall(r'\{alertname="(\w+)"', told))


@_promtool
def test_promtool_accepts_the_configuration_and_its_rules() -> None:
    promtool("check", "config", DEPLOY / "prometheus" / "prometheus.yml")


@_promtool
@pytest.mark.parametrize("file", ALERT_TESTS, ids=lambda file: file.stem)
def test_promtool_sees_each_alert_fire_when_it_must_and_only_then(file: Path) -> None:
    promtool("test", "rules", file)


def promtool(*arguments: str | Path) -> None:
    done = subprocess.run(["promtool", *arguments], capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stdout + done.stderr

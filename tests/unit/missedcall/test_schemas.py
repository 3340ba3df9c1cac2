"""`missedcall schemas` publishes what is only added to, and refuses the rest."""

from __future__ import annotations

import json
from pathlib import Path

from typer.testing import CliRunner

from missedcall.cli import app
from schemas.catalogue import TOPICS


def test_without_a_folder_it_prints_every_schema_as_one_object() -> None:
    printed = CliRunner().invoke(app, ["schemas"])
    assert printed.exit_code == 0
    assert json.loads(printed.stdout).keys() == {topic.name for topic in TOPICS}


def test_it_writes_a_file_for_each_topic_and_the_asyncapi_document(tmp_path: Path) -> None:
    assert CliRunner().invoke(app, ["schemas", "--write", str(tmp_path)]).exit_code == 0
    assert {path.name for path in tmp_path.iterdir()} == {"asyncapi.yaml", *(f"{topic.name}.json" for topic in TOPICS)}


def test_it_refuses_to_write_over_what_others_rely_on(tmp_path: Path) -> None:
    CliRunner().invoke(app, ["schemas", "--write", str(tmp_path)])
    path = tmp_path / "controls.changed.v1.json"
    published = json.loads(path.read_text())
    published["$defs"]["ControlChanged"]["properties"]["urgency"] = {"type": "string"}
    path.write_text(json.dumps(published))
    refused = CliRunner().invoke(app, ["schemas", "--write", str(tmp_path)])
    assert refused.exit_code == 1
    assert "controls.changed.v1: event.data.urgency: was removed" in refused.stderr
    assert "declare a v2" in refused.stderr
    assert json.loads(path.read_text()) == published

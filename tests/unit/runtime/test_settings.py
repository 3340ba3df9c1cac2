"""Settings come from the environment, secrets also from files."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import SecretStr, ValidationError

from runtime.settings import RuntimeSettings


class Settings(RuntimeSettings):
    identity_key: SecretStr


@pytest.fixture(autouse=True)
def _environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KAFKA_BOOTSTRAP_SERVERS", "kafka:9092")
    monkeypatch.setenv("MONGODB_URI", "mongodb://mongo")
    monkeypatch.setenv("MISSEDCALL_IDENTITY_KEY", "from the environment")


def test_a_secret_comes_from_the_file_that_the_environment_names(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "key").write_text("from a file\n")
    monkeypatch.delenv("MISSEDCALL_IDENTITY_KEY")
    monkeypatch.setenv("MISSEDCALL_IDENTITY_KEY_FILE", str(tmp_path / "key"))
    assert Settings().identity_key.get_secret_value() == "from a file"


def test_a_setting_known_by_another_name_comes_from_a_file_too(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "uri").write_text("mongodb://user:password@mongo")
    monkeypatch.delenv("MONGODB_URI")
    monkeypatch.setenv("MONGODB_URI_FILE", str(tmp_path / "uri"))
    assert Settings().mongodb_uri == "mongodb://user:password@mongo"


def test_the_environment_goes_before_a_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "key").write_text("from a file")
    monkeypatch.setenv("MISSEDCALL_IDENTITY_KEY_FILE", str(tmp_path / "key"))
    assert Settings().identity_key.get_secret_value() == "from the environment"


def test_what_the_program_says_goes_before_the_environment() -> None:
    settings = Settings(kafka_bootstrap_servers="here:1", mongodb_uri="mongodb://here", identity_key=SecretStr("own"))
    assert (settings.kafka_bootstrap_servers, settings.mongodb_uri) == ("here:1", "mongodb://here")
    assert settings.identity_key.get_secret_value() == "own"


def test_what_is_missing_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("MONGODB_URI")
    with pytest.raises(ValidationError, match="MONGODB_URI"):
        Settings()


@pytest.mark.parametrize("records", ["0", "501"])
def test_a_batch_is_never_larger_than_what_documents_remember(monkeypatch: pytest.MonkeyPatch, records: str) -> None:
    monkeypatch.setenv("MISSEDCALL_BATCH_RECORDS", records)
    with pytest.raises(ValidationError, match="batch_records"):
        Settings()

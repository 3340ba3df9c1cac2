"""Settings that cannot work are refused at the start, not at the first call."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from services.ingest.settings import Settings
from tests.unit.services.ingest.webhooks import IDENTITY_KEY, PUBLIC


def settings(public_url: str = PUBLIC, identity_key: str = IDENTITY_KEY, **more: Any) -> Settings:
    given = {"public_url": public_url, "identity_key": identity_key, **more}
    return Settings.model_validate({"kafka_bootstrap_servers": "k:1", "twilio_credentials": Path("/x"), **given})


def test_a_slash_at_the_end_of_the_public_url_makes_no_difference() -> None:
    assert settings(f"{PUBLIC}/").public_url == PUBLIC


@pytest.mark.parametrize("url", ["hooks.example.com", "ftp://x", f"{PUBLIC}?a=b", f"{PUBLIC}#a"])
def test_a_public_url_is_one_that_paths_can_be_put_behind(url: str) -> None:
    with pytest.raises(ValidationError, match="must be an http"):
        settings(url)


def test_a_short_identity_key_is_refused_and_not_shown() -> None:
    with pytest.raises(ValidationError) as refused:
        settings(identity_key="tooshort")
    assert "tooshort" not in str(refused.value)


def test_a_spool_without_a_key_is_refused() -> None:
    with pytest.raises(ValidationError, match="MISSEDCALL_SPOOL needs MISSEDCALL_SPOOL_KEY"):
        settings(spool="/spool")


def test_a_short_spool_key_is_refused_and_not_shown() -> None:
    with pytest.raises(ValidationError) as refused:
        settings(spool="/spool", spool_key="tooshort")
    assert "tooshort" not in str(refused.value)


@pytest.mark.parametrize(("instance", "folder"), [(None, "/spool"), ("one", "/spool/one")])
def test_a_replica_with_a_name_has_a_spool_of_its_own(instance: str | None, folder: str) -> None:
    assert settings(spool="/spool", spool_key="s" * 32, instance=instance).spool_folder == Path(folder)


def test_without_a_spool_there_is_no_folder() -> None:
    assert settings(instance="one").spool_folder is None


def test_the_key_before_opens_and_does_not_seal() -> None:
    given = settings(spool="/spool", spool_key="n" * 32, spool_key_previous="o" * 32)
    assert given.spool_secrets == (b"n" * 32, b"o" * 32)

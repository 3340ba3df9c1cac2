"""Settings that cannot work are refused at the start, not at the first call."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import ValidationError

from services.ingest.settings import Settings
from tests.unit.services.ingest.webhooks import IDENTITY_KEY, PUBLIC


def settings(public_url: str = PUBLIC, identity_key: str = IDENTITY_KEY) -> Settings:
    given = {"public_url": public_url, "identity_key": identity_key}
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

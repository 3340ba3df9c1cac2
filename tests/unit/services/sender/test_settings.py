"""Times that do not fit each other are refused at the start."""

from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from services.sender.settings import Settings


def settings(**changes: Any) -> Settings:
    return Settings(
        kafka_bootstrap_servers="x",
        mongodb_uri="mongodb://x",
        public_url="https://x.example",
        twilio_credentials=Path(),
        **changes,
    )


def test_the_defaults_fit() -> None:
    assert settings().post_seconds == 13


@pytest.mark.parametrize("changes", [{"lease_seconds": 20}, {"shutdown_seconds": 13}, {"twilio_read_seconds": 0}])
def test_what_does_not_fit_is_refused(changes: dict[str, float]) -> None:
    with pytest.raises(ValidationError):
        settings(**changes)

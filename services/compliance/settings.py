"""What compliance is told by its environment."""

from __future__ import annotations

from datetime import timedelta

from pydantic import Field, SecretStr

from runtime.settings import RuntimeSettings
from schemas.identity import Identities
from services.compliance.rules import Policy


class Settings(RuntimeSettings):
    identity_key: SecretStr = Field(min_length=32, description="names people and numbers by keyed hashes; as ingest's")
    text_valid_minutes: int = Field(default=30, ge=1, description="after the call's end no text is sent any more")
    unreachable_days: int = Field(default=90, ge=1, description="a landline is remembered so long; numbers are ported")

    @property
    def identities(self) -> Identities:
        return Identities(self.identity_key.get_secret_value().encode())

    @property
    def policy(self) -> Policy:
        return Policy(
            valid_for=timedelta(minutes=self.text_valid_minutes),
            unreachable_for=timedelta(days=self.unreachable_days),
        )

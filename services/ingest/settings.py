"""What ingest is told by its environment."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Self

from pydantic import Field, SecretStr, field_validator, model_validator

from runtime.ops import Door
from runtime.settings import RuntimeSettings
from services.ingest.backfill.rules import Patience
from services.ingest.backfill.runs import Rhythm


class Settings(RuntimeSettings):
    """Ingest answers the phone while MongoDB is away, or where there is none: only the backfill needs it."""

    mongodb_uri: str = Field(default="", validation_alias="MONGODB_URI", description="no backfill without")
    ingest_host: str = "127.0.0.1"
    ingest_port: int = Field(default=8080, description="for Twilio's webhooks; 0 takes a free one")
    ingest_fd: int | None = Field(default=None, description="a listening socket inherited, in place of host and port")
    public_url: str = Field(description="where Twilio finds us: what it signs, and what our callback URLs begin with")
    twilio_credentials: Path = Field(description="folder of <AccountSid> files, an auth token a line")
    identity_key: SecretStr = Field(min_length=32, description="keys the hashes that name persons and conversations")
    spool: Path | None = Field(default=None, description="folder for what Kafka does not take; a 503 without")
    spool_bytes: int = Field(default=256 * 1024 * 1024, gt=0, description="more than so many are not kept")
    spool_key: SecretStr | None = Field(default=None, min_length=32, description="encrypts the spool")
    spool_key_previous: SecretStr | None = Field(
        default=None, min_length=32, description="the one before, under which something may still lie there"
    )

    twilio_api_base: str | None = Field(default=None, description="another Twilio, such as the simulator")
    backfill_every_seconds: float = Field(default=300, ge=0, description="between two passes; 0: only when asked")
    backfill_overlap_seconds: float = Field(default=1800, gt=0, description="so much is read again by each pass")
    backfill_settle_seconds: float = Field(default=60, ge=0, description="after a call's end, for webhooks under way")
    backfill_list_seconds: float = Field(default=600, ge=0, description="until a leg that is not listed never was")
    backfill_requests_per_second: float = Field(default=5, gt=0, description="of one account, at most")
    backfill_lease_seconds: float = Field(default=60, gt=0, description="a replica that is silent so long has lost it")

    @property
    def backfill_patience(self) -> Patience:
        return Patience(
            webhooks=timedelta(seconds=self.backfill_settle_seconds),
            list=timedelta(seconds=self.backfill_list_seconds),
        )

    @property
    def backfill_rhythm(self) -> Rhythm | None:
        if not self.backfill_every_seconds:
            return None
        return Rhythm(
            every=timedelta(seconds=self.backfill_every_seconds),
            overlap=timedelta(seconds=self.backfill_overlap_seconds),
        )

    @property
    def door(self) -> Door:
        return Door(host=self.ingest_host, port=self.ingest_port, fd=self.ingest_fd)

    @property
    def spool_folder(self) -> Path | None:
        """One process, one folder: a replica that has a name has a folder of that name."""
        return self.spool / self.instance if self.spool and self.instance else self.spool

    @property
    def spool_secrets(self) -> tuple[bytes, ...]:
        """The one to seal with, then those that only open."""
        keys = (self.spool_key, self.spool_key_previous)
        return tuple(key.get_secret_value().encode() for key in keys if key is not None)

    @model_validator(mode="after")
    def _a_key_for_the_spool(self) -> Self:
        if self.spool is not None and self.spool_key is None:
            raise ValueError("MISSEDCALL_SPOOL needs MISSEDCALL_SPOOL_KEY: numbers and words of people lie there")
        return self

    @field_validator("public_url")
    @classmethod
    def _a_base(cls, url: str) -> str:
        """Paths are put behind it, and Twilio signs what comes of it byte for byte."""
        if not url.startswith(("https://", "http://")) or "?" in url or "#" in url:
            raise ValueError("must be an http(s) URL without query or fragment, such as https://hooks.example.com")
        return url.rstrip("/")

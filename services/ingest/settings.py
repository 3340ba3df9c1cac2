"""What ingest is told by its environment."""

from __future__ import annotations

from pathlib import Path
from typing import Self

from pydantic import Field, SecretStr, field_validator, model_validator

from runtime.ops import Door
from runtime.settings import RuntimeSettings


class Settings(RuntimeSettings):
    """Ingest alone needs no database: it must answer the phone while MongoDB is away."""

    mongodb_uri: str = Field(default="", validation_alias="MONGODB_URI", description="not used here")
    ingest_host: str = "127.0.0.1"
    ingest_port: int = Field(default=8080, description="for Twilio's webhooks; 0 takes a free one")
    ingest_fd: int | None = Field(default=None, description="a listening socket inherited, in place of host and port")
    public_url: str = Field(description="where Twilio finds us: what it signs, and what our callback URLs begin with")
    twilio_credentials: Path = Field(description="folder of <AccountSid> files, an auth token a line")
    identity_key: SecretStr = Field(min_length=32, description="keys the hashes that name persons and conversations")
    spool: Path | None = Field(default=None, description="folder for what Kafka does not take; a 503 without")
    spool_bytes: int = Field(default=256 * 1024 * 1024, gt=0, description="more than so many are not kept")
    spool_key: SecretStr | None = Field(default=None, min_length=32, description="encrypts the spool")

    @property
    def door(self) -> Door:
        return Door(host=self.ingest_host, port=self.ingest_port, fd=self.ingest_fd)

    @property
    def spool_folder(self) -> Path | None:
        """One process, one folder: a replica that has a name has a folder of that name."""
        return self.spool / self.instance if self.spool and self.instance else self.spool

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

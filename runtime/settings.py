"""What every service is told by its environment; a secret also through a file, as `<NAME>_FILE`."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from pydantic import Field
from pydantic.fields import FieldInfo
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

PREFIX = "MISSEDCALL_"
# How many causes a document remembers rests on both: so many records are decided together, and so many times as many
# come at once where there is a backlog.
LARGEST_BATCH = 500
BATCHES_AT_ONCE = 2


class RuntimeSettings(BaseSettings):
    """Read once, at start, in app.py."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX, frozen=True, extra="ignore", populate_by_name=True, hide_input_in_errors=True
    )

    kafka_bootstrap_servers: str = Field(validation_alias="KAFKA_BOOTSTRAP_SERVERS")
    mongodb_uri: str = Field(validation_alias="MONGODB_URI")
    namespace: str = Field(default="", description="put before every topic, group and database: one broker, many")
    topics_file: Path = Path(__file__).parent.parent / "deploy" / "topics.yaml"
    snapshots: Path | None = Field(default=None, description="folder for snapshots of tables; none are kept without")
    instance: str | None = Field(default=None, description="stable name of this replica: static group membership")
    ops_host: str = "127.0.0.1"
    ops_port: int = Field(default=0, description="live, ready, metrics; 0 takes a free one")
    batch_records: int = Field(default=LARGEST_BATCH, ge=1, le=LARGEST_BATCH)
    shutdown_seconds: float = Field(default=20, description="to drain in, less than the termination grace")
    dead_letters_limit: int = Field(default=100, description="more than so many in the window stop the service")
    dead_letters_window_seconds: int = 3600

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """The environment, then files; nothing is read from a .env by surprise."""
        del dotenv_settings, file_secret_settings
        return init_settings, env_settings, FileSecrets(settings_cls)


class FileSecrets(PydanticBaseSettingsSource):
    """`MISSEDCALL_X_FILE=/run/secrets/x` gives the setting x the file's content, less the last newline."""

    def get_field_value(self, field: FieldInfo, field_name: str) -> tuple[Any, str, bool]:
        """The alias is the whole variable name where there is one."""
        alias = field.validation_alias
        variable = alias if isinstance(alias, str) else f"{PREFIX}{field_name}".upper()
        path = os.environ.get(f"{variable}_FILE")
        key = alias if isinstance(alias, str) else field_name
        return (Path(path).read_text().rstrip("\n") if path else None), key, False

    def __call__(self) -> dict[str, Any]:
        values = (self.get_field_value(field, name) for name, field in self.settings_cls.model_fields.items())
        return {key: value for value, key, _ in values if value is not None}

"""What the businesses service is told by its environment."""

from __future__ import annotations

from pydantic import Field

from runtime.settings import RuntimeSettings


class Settings(RuntimeSettings):
    look_seconds: float = Field(default=0.1, gt=0, description="between looks for what is recorded and not published")

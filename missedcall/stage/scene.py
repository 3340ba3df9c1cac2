"""A scene: what happens, and what must come of it; a TOML file."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from schemas.businesses import Mode


class SceneError(Exception):
    """The file is no scene; the message says where and why."""


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)


class Business(_Part):
    """A business of the scene, set up anew for it."""

    name: str
    mode: Mode = Mode.FORWARD
    phones: int = Field(default=1, ge=0, le=5, description="how many phones its calls are forwarded to")
    cooldown_minutes: int = 60
    trial: Literal["running", "over"] = "running"
    template: str | None = None


class Phone(_Part):
    """What one of the business's phones does, in seconds of the call."""

    outcome: Literal["answers", "busy", "no-answer", "failed", "voicemail"] = "no-answer"
    after: float = 20
    talk_seconds: float = 30


class Call(_Part):
    """Somebody calls a business. `forwarded`: the business's carrier forwards its unanswered line to us."""

    caller: str
    to: str
    phones: tuple[Phone, ...] = ()
    forwarded: bool = False
    hangs_up_after: float | None = None
    withheld: str | None = None
    twice: bool = False
    shuffled: bool = False


class Text(_Part):
    """Somebody texts a business."""

    author: str
    to: str
    body: str


class Fault(_Part):
    """What Twilio's API does at the next message to this person: a name and settings of the simulator's faults."""

    to: str
    name: str
    times: int = 1
    code: int | None = None
    status: int | None = None
    retry_after: int | None = None


class Step(_Part):
    """One thing that happens, and what must come of it: the words are those of `observer.py`."""

    call: Call | None = None
    text: Text | None = None
    fault: Fault | None = None
    becomes: tuple[str, ...] = ()

    @model_validator(mode="after")
    def _one_thing(self) -> Self:
        if sum(part is not None for part in (self.call, self.text, self.fault)) != 1:
            raise ValueError("a step is one of call, text or fault")
        return self


class Scene(_Part):
    name: str
    businesses: dict[str, Business]
    steps: tuple[Step, ...] = Field(alias="step", min_length=1)
    at_once: bool = Field(default=False, description="the steps happen side by side, not one after the other")
    texts: dict[str, int] = Field(default_factory=dict, description="texts of ours that each person has in the end")

    @model_validator(mode="after")
    def _known_businesses(self) -> Self:
        for step in self.steps:
            part = step.call or step.text
            if part is not None and part.to not in self.businesses:
                raise ValueError(f"{part.to!r} is none of the scene's businesses")
        return self


def load_scenes(folder: Path) -> list[Scene]:
    """Every scene of a folder, in the order of their files' names. Raises SceneError, also where there is none."""
    scenes = [load_scene(path) for path in sorted(folder.glob("*.toml"))]
    if not scenes:
        raise SceneError(f"{folder}: there is no scene, a file that ends in .toml, in this folder")
    return scenes


def load_scene(path: Path) -> Scene:
    """Raises SceneError, naming the file and each thing that is wrong."""
    try:
        document: dict[str, Any] = tomllib.loads(path.read_text())
        return Scene.model_validate(document)
    except FileNotFoundError as error:
        raise SceneError(f"{path}: there is no such file") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SceneError(f"{path} is not TOML: {error}") from error
    except ValidationError as error:
        problems = (f"{'.'.join(map(str, p['loc']))}: {p['msg']}" for p in error.errors())
        raise SceneError(f"{path}: {'; '.join(problems)}") from error

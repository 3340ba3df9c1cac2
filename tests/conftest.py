"""What every test may ask for: the stack, started once per run and only when a test that needs it may come."""

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

from local.errors import LocalStackError
from local.stack import Stack, running_stack

_UNIT = Path(__file__).parent / "unit"

settings.register_profile("here", deadline=None)
settings.register_profile("ci", deadline=None, derandomize=True)
settings.load_profile("ci" if os.environ.get("CI") else "here")


@pytest.fixture(scope="session")
async def stack(request: pytest.FixtureRequest) -> AsyncIterator[Stack]:
    """A real Kafka and a real MongoDB: the run's one stack, also where xdist spreads the run over processes."""
    if shared := getattr(request.config, "workerinput", {}).get("stack"):
        yield Stack(**shared)
        return
    async with running_stack() as own:
        yield own


class SharedStack:
    """The stack of an xdist run: the controller starts it, and tells each worker where it is."""

    def __init__(self) -> None:
        self._runner = asyncio.Runner()
        self._running: AbstractAsyncContextManager[Stack] = running_stack()
        self._stack: Stack | None = None

    @pytest.hookimpl(optionalhook=True)
    def pytest_configure_node(self, node: Any) -> None:
        if self._stack is None:
            try:
                self._stack = self._runner.run(self._running.__aenter__())
            except LocalStackError as error:
                pytest.exit(str(error), returncode=pytest.ExitCode.USAGE_ERROR)
        node.workerinput["stack"] = asdict(self._stack)

    def pytest_unconfigure(self) -> None:
        if self._stack is not None:
            self._runner.run(self._running.__aexit__(None, None, None))
        self._runner.close()


def pytest_configure(config: pytest.Config) -> None:
    """Workers do not tell the controller what they collected, so it goes by the paths that were asked for."""
    is_controller = not hasattr(config, "workerinput") and config.getoption("dist", "no") != "no"
    if is_controller and not all(_is_unit(argument, config) for argument in config.args):
        config.pluginmanager.register(SharedStack(), "missedcall-shared-stack")


def _is_unit(argument: str, config: pytest.Config) -> bool:
    path = config.invocation_params.dir / argument.split("::", maxsplit=1)[0]
    return path.resolve().is_relative_to(_UNIT)

"""Our services as processes of this machine, by name: several replicas of one service are several names."""

import asyncio
import signal
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

from local.errors import LocalStackError
from local.keeper import Command, Keeper

_GRACE_SECONDS = 10.0


class Processes:
    """Runs every command for as long as the block lasts; the output of each goes to `<name>.log` in `logs`.

    None outlives this process, however it ends: see `local.tether`.
    """

    def __init__(self, commands: Sequence[Command], logs: Path) -> None:
        self._keepers = {command.name: Keeper(command, logs / f"{command.name}.log") for command in commands}
        if len(self._keepers) < len(commands):
            raise LocalStackError("Two commands have one name: give each replica a name of its own.")

    async def __aenter__(self) -> Self:
        try:
            for keeper in self._keepers.values():
                await keeper.start()
        except BaseException:
            await self.stop(grace=0)
            raise
        return self

    async def __aexit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        await self.stop()

    @property
    def pids(self) -> dict[str, int]:
        """Of those that run at this moment."""
        return {name: keeper.pid for name, keeper in self._keepers.items() if keeper.pid is not None}

    def kill(self, name: str, number: signal.Signals = signal.SIGKILL) -> None:
        """Signal one process, as trouble would: whoever dies of it comes back by itself."""
        self._keeper(name).signal(number)

    async def restart(self, name: str, grace: float = _GRACE_SECONDS) -> None:
        """Stop one process well and start it again, as a deploy would."""
        await self._keeper(name).restart(grace)

    async def stop(self, grace: float = _GRACE_SECONDS) -> None:
        """SIGTERM to all at once; whoever still runs after `grace` seconds gets SIGKILL."""
        await asyncio.gather(*(keeper.stop(grace) for keeper in self._keepers.values()))

    def _keeper(self, name: str) -> Keeper:
        try:
            return self._keepers[name]
        except KeyError:
            raise LocalStackError(f"No process is called {name!r}: there are {', '.join(self._keepers)}.") from None

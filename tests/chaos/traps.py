"""Traps: a named place where the first process that comes by dies or is put to sleep. Set here, sprung over there."""

from __future__ import annotations

import os
import signal
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

FOLDER_VARIABLE = "CHAOS_TRAPS"


@dataclass(frozen=True, slots=True)
class Traps:
    """Files of a folder: whoever removes one has sprung it, so that it takes exactly one of several processes."""

    folder: Path

    def set(self, place: str, number: signal.Signals) -> None:
        """In one step: a file that were seen before its content is there would be sprung without effect."""
        made = self.folder / "being-made"
        made.write_text(str(int(number)))
        made.rename(self._file(place))

    def standing(self, place: str) -> bool:
        return self._file(place).exists()

    def clear(self) -> None:
        for file in self.folder.iterdir():
            file.unlink()

    def spring(self, place: str) -> None:
        """Returns where no trap is set; after a SIGSTOP also when somebody wakes us."""
        file = self._file(place)
        try:
            number = int(file.read_text())
            file.unlink()
        except FileNotFoundError:
            return
        os.kill(os.getpid(), number)

    def _file(self, place: str) -> Path:
        return self.folder / sha256(place.encode()).hexdigest()[:32]

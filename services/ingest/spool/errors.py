"""What can go wrong with the spool, each with when it is raised."""

from __future__ import annotations

from pathlib import Path


class NotSpooled(Exception):  # noqa: N818 - it says what is known
    """The disk did not take the record, or not in time. It may be read from there later all the same."""


class SpoolFull(NotSpooled):
    """As many bytes are kept already as the settings allow."""


class SpoolInUse(OSError):  # noqa: N818
    """Another process has the folder: two would write into and delete each other's files."""

    def __init__(self, folder: Path) -> None:
        super().__init__(
            f"the spool {folder} is in use by another process: give each replica a folder (MISSEDCALL_SPOOL) "
            "or a name (MISSEDCALL_INSTANCE) of its own"
        )

"""Programs that cannot outlive us: when their parent dies, however it dies, the kernel kills them.

This file also runs as a script of its own that ties itself and then becomes the program (exec keeps the tie and
the pid). Doing the same in a `preexec_fn` would run Python between fork and exec, which may deadlock beside threads.
"""

import ctypes
import os
import signal
import sys
from collections.abc import Sequence
from typing import NoReturn

_PR_SET_PDEATHSIG = 1  # linux/prctl.h


def tethered(argv: Sequence[str]) -> list[str]:
    """The command line that starts `argv` tied to this process.

    The kernel ties to the *thread* that starts it: start it from one that lives as long as the process, as the
    event loop's does.
    """
    return [sys.executable, "-I", "-S", __file__, str(os.getpid()), *argv]


def _become(argv: list[str], parent: int) -> NoReturn:
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL) != 0:
        sys.exit(f"cannot tie {argv[0]} to its parent: {os.strerror(ctypes.get_errno())}")
    if os.getppid() != parent:
        sys.exit(f"{argv[0]} not started: its parent died before the tie held")
    try:
        os.execvp(argv[0], argv)  # noqa: S606  there is no shell, and none is wanted
    except OSError as error:
        sys.exit(f"cannot start {argv[0]}: {error.strerror}")


if __name__ == "__main__":
    _become(sys.argv[2:], parent=int(sys.argv[1]))

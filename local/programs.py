"""A program of somebody else's, run for as long as a block lasts: started, awaited until it answers, killed."""

import asyncio
import os
import signal
from asyncio.subprocess import DEVNULL, STDOUT, Process
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from local.errors import LocalStackError
from local.tether import tethered

_LOG_LINES_SHOWN = 15
_PROBE_EVERY_SECONDS = 0.05


@dataclass(frozen=True, kw_only=True)
class Server:
    """Where something answers, and its pid where it is a process of ours: tests pause and kill it."""

    address: str
    pid: int | None = None


@dataclass(frozen=True, kw_only=True)
class Program:
    name: str
    process: Process
    log: Path


async def spawn(
    argv: Sequence[str], *, log: Path, env: Mapping[str, str] | None = None, fds: Sequence[int] = ()
) -> Process:
    """Start a tethered program, its output appended to `log`; it inherits `fds` under the same numbers.

    It leads a process group of its own: Ctrl-C in the terminal reaches us alone, and we decide who stops when.
    """
    with log.open("ab") as output:
        return await asyncio.create_subprocess_exec(
            *tethered(argv), stdin=DEVNULL, stdout=output, stderr=STDOUT, env=env, pass_fds=fds, start_new_session=True
        )


def signal_group(process: Process, number: signal.Signals) -> None:
    """Signal a program and whatever it started; one that is gone already is no error, its pid may be another's."""
    if process.returncode is None:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, number)


@asynccontextmanager
async def running_program(name: str, argv: Sequence[str], *, log: Path) -> AsyncIterator[Program]:
    """Ends by SIGKILL: these programs keep their data in a temporary folder, there is nothing to save."""
    process = await spawn(argv, log=log)
    try:
        yield Program(name=name, process=process, log=log)
    finally:
        signal_group(process, signal.SIGKILL)
        await process.wait()


async def finished(program: Program) -> None:
    """Wait for a program that does one thing and ends."""
    if await program.process.wait() != 0:
        raise LocalStackError(_complaint(program, f"ended with exit code {program.process.returncode}"))


async def answering(program: Program, probe: Callable[[], Awaitable[bool]], *, within: float) -> None:
    """Wait (seconds) until `probe` says yes; a program that dies meanwhile is reported at once."""
    try:
        async with asyncio.timeout(within):
            while not await probe():
                if program.process.returncode is not None:
                    break
                await asyncio.sleep(_PROBE_EVERY_SECONDS)
    except TimeoutError:
        raise LocalStackError(_complaint(program, f"did not answer within {within:.0f} s")) from None
    if program.process.returncode is not None:
        raise LocalStackError(_complaint(program, f"ended with exit code {program.process.returncode}"))


def _complaint(program: Program, problem: str) -> str:
    lines = program.log.read_text(errors="replace").splitlines()[-_LOG_LINES_SHOWN:]
    said = "\n".join(f"  {line}" for line in lines) or "  (nothing)"
    return (
        f"{program.name} {problem}. The last it said:\n{said}\n"
        "Next: free memory or disk if it asks for them, or point KAFKA_BOOTSTRAP_SERVERS and MONGODB_URI "
        "at running servers, or set MISSEDCALL_LOCAL=containers."
    )

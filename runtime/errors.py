"""Every error of the mechanism, each with when it is raised."""

from __future__ import annotations

import errno
from socket import gaierror
from typing import Final

from aiokafka.errors import KafkaError
from pymongo.errors import (
    AutoReconnect,
    BulkWriteError,
    ConnectionFailure,
    ExecutionTimeout,
    PyMongoError,
    WaitQueueTimeoutError,
    WriteConcernError,
)

_NETWORK: Final = {errno.ENETDOWN, errno.ENETUNREACH, errno.EHOSTDOWN, errno.EHOSTUNREACH, errno.ETIMEDOUT}


class NotPublished(Exception):  # noqa: N818 - it says what is known
    """The broker did not confirm in time. The records may or may not stand in the topic."""


class Conflict(Exception):  # noqa: N818
    """Another writer was faster, again and again: the documents must be read and decided anew."""


class Revoked(Exception):  # noqa: N818
    """The partitions were taken away in the middle of a retry: whoever has them now does the work."""


class TopicMismatch(Exception):  # noqa: N818
    """A topic is missing, has other partitions than deploy/topics.yaml declares, or fewer copies than it should."""


class ForeignEvent(ValueError):  # noqa: N818
    """A record holds an event of another type than its topic's."""


class TooLarge(ValueError):  # noqa: N818
    """A record is larger than a broker takes, so that publishing it again would not help."""


class Unwritten(Exception):  # noqa: N818
    """MongoDB refused documents, and would again. It names the error's codes alone: never what is in the documents."""


class GivenUp(Exception):  # noqa: N818
    """A request to a store or broker was cancelled by the library that made it, and not by us."""


class Unable(Exception):  # noqa: N818
    """What a handler needs of its own machine, a file or a disk, was not to be had for as long as a batch is tried."""


class Fenced(Exception):  # noqa: N818
    """Another process joined the group under this replica's name, and has its partitions now."""


class TooManyDeadLetters(Exception):  # noqa: N818
    """More records could not be handled than a healthy release ever has: a person must look."""


def is_transient(error: BaseException) -> bool:
    """Whether the store or the broker was away, so that the same work may succeed a moment later."""
    if isinstance(error, AutoReconnect | ConnectionFailure | ExecutionTimeout | WaitQueueTimeoutError):
        return True
    if isinstance(error, WriteConcernError):
        return True
    if isinstance(error, BulkWriteError):
        return bool((error.details or {}).get("writeConcernErrors"))
    if isinstance(error, PyMongoError):
        return error.timeout or error.has_error_label("RetryableWriteError")
    return isinstance(error, KafkaError | NotPublished | Conflict | GivenUp | OSError | TimeoutError)


def is_of_this_machine(error: BaseException) -> bool:
    """Whether a file, a disk or a descriptor is at fault: no record is, and nobody is away who will come back."""
    if not isinstance(error, OSError) or isinstance(error, ConnectionError | TimeoutError | gaierror):
        return False
    return error.errno not in _NETWORK

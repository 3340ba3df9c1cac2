"""What may succeed a moment later is told from what never will."""

from __future__ import annotations

import pytest
from aiokafka.errors import KafkaConnectionError, KafkaTimeoutError
from pymongo.errors import (
    AutoReconnect,
    BulkWriteError,
    DocumentTooLarge,
    DuplicateKeyError,
    ExecutionTimeout,
    NetworkTimeout,
    NotPrimaryError,
    OperationFailure,
    ServerSelectionTimeoutError,
    WriteConcernError,
)

from runtime.errors import Conflict, ForeignEvent, NotPublished, TooLarge, TooManyDeadLetters, is_transient

TRANSIENT = [
    AutoReconnect(),
    NetworkTimeout(),
    NotPrimaryError(),
    ServerSelectionTimeoutError(),
    ExecutionTimeout("slow", 50),
    WriteConcernError("no majority"),
    BulkWriteError({"writeErrors": [], "writeConcernErrors": [{"code": 64}]}),
    KafkaConnectionError(),
    KafkaTimeoutError(),
    NotPublished(),
    Conflict(),
    ConnectionResetError(),
    TimeoutError(),
]
LASTING = [
    BulkWriteError({"writeErrors": [{"code": 10334}], "writeConcernErrors": []}),
    DocumentTooLarge("17 MB"),
    DuplicateKeyError("again"),
    OperationFailure("no such thing", 59),
    ForeignEvent(),
    TooLarge(),
    TooManyDeadLetters(),
    ValueError(),
    KeyError(),
]


@pytest.mark.parametrize("error", TRANSIENT, ids=lambda error: type(error).__name__)
def test_a_store_or_broker_that_is_away_is_waited_for(error: Exception) -> None:
    assert is_transient(error)


@pytest.mark.parametrize("error", LASTING, ids=lambda error: type(error).__name__)
def test_what_fails_every_time_is_not_tried_for_ever(error: Exception) -> None:
    assert not is_transient(error)

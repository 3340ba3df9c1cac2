"""A key's partition is the one that every other client of Kafka finds it in."""

from __future__ import annotations

import pytest
from aiokafka.partitioner import DefaultPartitioner
from aiokafka.partitioner import murmur2 as murmur2_of_aiokafka
from hypothesis import given
from hypothesis import strategies as st

from runtime.partitioner import by_key, murmur2


@given(st.binary(max_size=80))
def test_the_hash_is_that_of_aiokafka(data: bytes) -> None:
    assert murmur2(data) == murmur2_of_aiokafka(data)


@pytest.mark.parametrize(
    ("data", "hashed"),
    [(b"21", -973932308), (b"foobar", -790332482), (b"a-little-bit-long-string", -985981536)],
)
def test_the_hash_is_that_of_the_java_client(data: bytes, hashed: int) -> None:
    """Values from the tests of Kafka's own client (UtilsTest), where they are signed."""
    assert murmur2(data) == hashed % 2**32


@given(st.binary(min_size=1, max_size=80), st.integers(1, 64))
def test_the_partition_is_that_of_the_default_partitioner(key: bytes, count: int) -> None:
    numbers = list(range(count))
    assert by_key(key, numbers, numbers) == DefaultPartitioner()(key, numbers, numbers)

"""Events: CloudEvents whose id follows from what they say."""

from __future__ import annotations

import json
from uuid import NAMESPACE_URL, uuid5

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runtime.errors import ForeignEvent
from runtime.events import Outgoing, event_id
from tests.integration.runtime.toy import PINGS, PONGS, ping, pong


def test_the_same_transition_of_the_same_thing_is_the_same_event() -> None:
    assert ping(1).id == ping(1).id
    assert len({ping(1).id, ping(2).id, ping(1, "other").id}) == 3


@given(st.text(), st.text(), st.text())
def test_an_id_belongs_to_its_topic(subject: str, transition: str, topic: str) -> None:
    assert event_id("a" + topic, subject, transition) != event_id("b" + topic, subject, transition)


def test_what_is_written_is_a_cloud_event_and_reads_back() -> None:
    written = Outgoing.of(ping(1))
    assert PINGS.parse(written.value) == ping(1)
    envelope = json.loads(written.value)
    assert envelope["specversion"] == "1.0"
    assert envelope["type"] == PINGS.name == written.topic
    assert envelope["partitionkey"] == "d" == written.key
    assert "traceparent" not in envelope


def test_what_a_later_version_adds_is_ignored() -> None:
    value = json.loads(Outgoing.of(ping(1)).value)
    value["later"] = value["data"]["later"] = 1
    assert PINGS.parse(json.dumps(value).encode()) == ping(1)


def test_the_event_of_another_topic_is_refused() -> None:
    value = pong("d", 1).value
    assert PONGS.parse(value).data.total == 1
    with pytest.raises(ForeignEvent):
        PONGS.parse(value.replace(b"pongs", b"pings"))


@given(st.text(), st.text(), st.text())
def test_an_id_is_a_uuid_of_version_5_of_the_topics_own_namespace(topic: str, subject: str, transition: str) -> None:
    assert event_id(topic, subject, transition) == str(uuid5(uuid5(NAMESPACE_URL, topic), f"{subject}|{transition}"))

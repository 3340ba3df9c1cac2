"""The system's topics as an AsyncAPI 3.0 document, from the catalogue and deploy/topics.yaml. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from runtime.events import Topic
from runtime.topics import TopicDeclaration

_VERSION: Final = "1"


def asyncapi(topics: Sequence[Topic[Any]], declarations: Sequence[TopicDeclaration]) -> dict[str, Any]:
    """Payloads are the published schemas beside it. `anyone` in the declarations stands for services to come."""
    declared = {declaration.name: declaration for declaration in declarations}
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "Missed calls and their texts",
            "version": _VERSION,
            "description": "Every record's value is a CloudEvents 1.0 event in structured JSON.",
        },
        "defaultContentType": "application/cloudevents+json",
        "channels": {topic.name: _channel(topic, declared[topic.name]) for topic in topics},
        "operations": {
            name: operation for topic in topics for name, operation in _operations(declared[topic.name]).items()
        },
        "components": {"messages": {topic.name: _message(topic) for topic in topics}},
    }


def _channel(topic: Topic[Any], declaration: TopicDeclaration) -> dict[str, Any]:
    kafka = {
        "topic": topic.name,
        "partitions": declaration.partitions,
        "topicConfiguration": {"cleanup.policy": [declaration.cleanup]},
        "bindingVersion": "0.5.0",
    }
    return {
        "address": topic.name,
        "messages": {topic.name: {"$ref": f"#/components/messages/{topic.name}"}},
        "bindings": {"kafka": kafka},
        "x-personal-data": declaration.personal_data,
    }


def _operations(declaration: TopicDeclaration) -> dict[str, Any]:
    channel = {"channel": {"$ref": f"#/channels/{declaration.name}"}}
    sends = {f"{writer}.sends.{declaration.name}": {"action": "send", **channel} for writer in declaration.writers}
    receives = {
        f"{reader}.receives.{declaration.name}": {"action": "receive", **channel} for reader in declaration.readers
    }
    return sends | receives


def _message(topic: Topic[Any]) -> dict[str, Any]:
    return {
        "name": topic.name,
        "contentType": "application/cloudevents+json",
        "payload": {
            "schemaFormat": "application/schema+json;version=2020-12",
            "schema": {"$ref": f"./{topic.name}.json"},
        },
        "bindings": {"kafka": {"key": {"type": "string"}, "bindingVersion": "0.5.0"}},
    }

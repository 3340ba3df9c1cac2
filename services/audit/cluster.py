"""Which Kafka a record stood in: without it, places of another cluster would look the same."""

from __future__ import annotations

from runtime.admin import cluster_metadata, kafka_admin


class ClusterUnnamed(Exception):  # noqa: N818 - it says what is known
    """The broker does not say which cluster it belongs to, so no record of it can be named for good."""


async def cluster_id(bootstrap: str) -> str:
    async with kafka_admin(bootstrap) as admin:
        name = (await cluster_metadata(admin))["cluster_id"]
    if not name:
        raise ClusterUnnamed(f"the Kafka at {bootstrap} does not tell its cluster id: use 0.10.1 or later")
    return str(name)

"""A real Prometheus with the configuration of deploy/, on a system that really runs."""

from __future__ import annotations

import math
import shutil
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import yaml
from aiohttp import ClientConnectionError, ClientSession

from local.ports import free_ports
from local.programs import answering, running_program
from tests.unit.deploy.watched import DEPLOY


@dataclass(frozen=True, slots=True)
class Prometheus:
    session: ClientSession

    async def ask(self, expression: str) -> dict[str, float]:
        """Values by labels; what is not a number, such as a quantile of nothing, is none."""
        answer = await self._get("/api/v1/query", query=expression)
        values = {str(row["metric"]): float(row["value"][1]) for row in answer["data"]["result"]}
        return {labels: value for labels, value in values.items() if not math.isnan(value)}

    async def ready(self) -> bool:
        try:
            async with self.session.get("/-/ready") as response:
                return response.ok
        except ClientConnectionError:
            return False

    async def rules(self) -> list[dict[str, Any]]:
        groups = (await self._get("/api/v1/rules"))["data"]["groups"]
        return [rule for group in groups for rule in group["rules"]]

    async def _get(self, path: str, **query: str) -> dict[str, Any]:
        async with self.session.get(path, params=query) as response:
            answer: dict[str, Any] = await response.json()
        assert answer["status"] == "success", answer
        return answer


@asynccontextmanager
async def running_prometheus(ops: Mapping[str, str], folder: Path) -> AsyncIterator[Prometheus]:
    """`ops`: where each service's ops port is. Scrapes every second, so that tests need not wait."""
    config = shutil.copytree(DEPLOY / "prometheus", folder / "config") / "prometheus.yml"
    config.write_text(config.read_text().replace("_interval: 15s", "_interval: 1s"))
    targets = [{"labels": {"job": name}, "targets": [urlsplit(url).netloc]} for name, url in ops.items()]
    (config.parent / "services.yml").write_text(yaml.safe_dump(targets))
    (port,) = free_ports(1)
    address = f"127.0.0.1:{port}"
    argv = (
        "prometheus",
        f"--config.file={config}",
        f"--storage.tsdb.path={folder / 'data'}",
        f"--web.listen-address={address}",
    )
    async with (
        running_program("Prometheus", argv, log=folder / "prometheus.log") as program,
        ClientSession(f"http://{address}") as session,
    ):
        prometheus = Prometheus(session)
        await answering(program, prometheus.ready, within=30)
        yield prometheus

"""Prometheus is told of every service, under its own name."""

from __future__ import annotations

import yaml

from tests.unit.deploy.watched import DEPLOY, service_names


def test_each_service_is_a_target_and_its_job_is_its_name() -> None:
    targets = yaml.safe_load((DEPLOY / "prometheus" / "services.yml").read_text())
    assert sorted(group["labels"]["job"] for group in targets) == sorted(service_names())
    assert all(target.startswith(f"{group['labels']['job']}:") for group in targets for target in group["targets"])

"""What somebody finds on the dashboards at three in the morning: questions, units, meanings, nothing overlapping."""

from __future__ import annotations

from itertools import combinations
from typing import Any

import pytest
import yaml

from tests.unit.deploy.watched import DEPLOY, dashboards, panels

_PROVISIONING = DEPLOY / "grafana" / "provisioning"
_WIDTH = 24  # of Grafana's grid


@pytest.mark.parametrize("panel", panels(), ids=lambda panel: str(panel["title"]))
def test_a_panel_asks_a_question_and_says_what_the_answer_means(panel: dict[str, Any]) -> None:
    shown = panel["fieldConfig"]["defaults"]
    assert panel["title"].endswith("?")
    assert panel["description"].endswith(".")
    assert shown["unit"]
    assert shown["thresholds"]["steps"]


@pytest.mark.parametrize("panel", panels(), ids=lambda panel: str(panel["title"]))
def test_a_panel_takes_its_data_from_the_provisioned_source(panel: dict[str, Any]) -> None:
    sources = yaml.safe_load((_PROVISIONING / "datasources" / "prometheus.yml").read_text())
    assert panel["datasource"]["uid"] in {source["uid"] for source in sources["datasources"]}
    assert [target["refId"] for target in panel["targets"]] == sorted({target["refId"] for target in panel["targets"]})


@pytest.mark.parametrize("board", dashboards().values(), ids=dashboards().keys())
def test_panels_have_ids_of_their_own_and_do_not_overlap(board: dict[str, Any]) -> None:
    ids = [panel["id"] for panel in board["panels"]]
    assert len(ids) == len(set(ids))
    places = [panel["gridPos"] for panel in board["panels"]]
    assert all(place["x"] + place["w"] <= _WIDTH for place in places)
    assert not [pair for pair in combinations(places, 2) if overlap(*pair)]


@pytest.mark.parametrize("board", dashboards().values(), ids=dashboards().keys())
def test_links_lead_to_dashboards_that_there_are(board: dict[str, Any]) -> None:
    known = {f"/d/{other['uid']}" for other in dashboards().values()}
    assert {link["url"] for link in board["links"]} <= known - {f"/d/{board['uid']}"}


def overlap(one: dict[str, int], other: dict[str, int]) -> bool:
    return (
        one["x"] < other["x"] + other["w"]
        and other["x"] < one["x"] + one["w"]
        and one["y"] < other["y"] + other["h"]
        and other["y"] < one["y"] + one["h"]
    )

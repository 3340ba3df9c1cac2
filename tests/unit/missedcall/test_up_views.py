"""What `missedcall up` shows to people."""

from __future__ import annotations

from io import StringIO
from pathlib import Path

import pytest
from rich.console import Console

from local.processes import Processes
from local.stack import Stack
from local.system import System
from missedcall.up_views import show

ACCOUNT = "AC" + "0" * 32
MONGODB = f"mongodb://{','.join(f'mongo-{n}.database.example.com:27017' for n in range(3))}/?replicaSet=rs0"


def shown(folder: Path, *, simulator: str | None) -> str:
    system = System(
        stack=Stack(kafka="127.0.0.1:9092", mongodb=MONGODB, kind="given"),
        ingest="http://127.0.0.1:8080",
        simulator=simulator,
        ops={"decider": "http://127.0.0.1:8081"},
        environment={"MISSEDCALL_TWILIO_CREDENTIALS": str(folder)},
        processes=Processes([], folder),
        folder=folder,
    )
    written = StringIO()
    show(system, Console(file=written, width=80))
    return written.getvalue()


@pytest.mark.parametrize("address", [MONGODB, "http://127.0.0.1:8081/metrics", "http://127.0.0.1:8080/twilio/"])
def test_no_address_is_cut_on_a_narrow_terminal(address: str, tmp_path: Path) -> None:
    assert address in shown(tmp_path, simulator=None)


def test_with_a_simulated_twilio_the_next_step_is_a_scene(tmp_path: Path) -> None:
    assert "missedcall simulate /" in shown(tmp_path, simulator="http://127.0.0.1:8082")
    assert "missedcall simulate" not in shown(tmp_path, simulator=None)


def test_an_account_whose_token_is_there_is_named_and_else_where_to_put_one(tmp_path: Path) -> None:
    assert f"into {tmp_path}/AC..." in shown(tmp_path, simulator=None)
    (tmp_path / ACCOUNT).write_text("token")
    assert f"--account-sid {ACCOUNT}" in shown(tmp_path, simulator=None)
    assert f"into {tmp_path}" not in shown(tmp_path, simulator=None)

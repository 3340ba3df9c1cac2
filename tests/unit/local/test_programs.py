"""Programs that do not come up say why, in words that lead on."""

import sys
from pathlib import Path

import pytest

from local.errors import LocalStackError
from local.programs import answering, finished, running_program


async def test_a_program_that_dies_before_it_answers_is_reported_with_its_last_words(tmp_path: Path) -> None:
    dies = [sys.executable, "-c", "import sys; sys.exit('no space left')"]
    with pytest.raises(LocalStackError, match=r"(?s)Kafka ended with exit code 1.*no space left.*Next: "):
        async with running_program("Kafka", dies, log=tmp_path / "log") as program:
            await answering(program, _never, within=30)


async def test_a_program_that_never_answers_is_reported_after_its_time(tmp_path: Path) -> None:
    sleeps = [sys.executable, "-c", "import time; time.sleep(600)"]
    with pytest.raises(LocalStackError, match="mongod did not answer within 0 s"):
        async with running_program("mongod", sleeps, log=tmp_path / "log") as program:
            await answering(program, _never, within=0.1)
    assert program.process.returncode is not None


async def test_a_program_that_cannot_be_found_is_named(tmp_path: Path) -> None:
    with pytest.raises(LocalStackError, match="cannot start /nowhere/java: No such file or directory"):
        async with running_program("the tool", ["/nowhere/java"], log=tmp_path / "log") as program:
            await finished(program)


async def _never() -> bool:
    return False

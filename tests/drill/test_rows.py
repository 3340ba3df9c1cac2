"""What is wrong with a call, and with a row: a drill that finds nothing must have been able to."""

from __future__ import annotations

from dataclasses import replace

import pytest

from schemas.calls import Verdict
from schemas.reasons import Reason
from schemas.texts import Screening, TextState
from tests.drill.books import Story
from tests.drill.callers import Ended
from tests.drill.habits import START, STOP, Called, Written
from tests.drill.rows import Fate, row

TEXTED = Story(verdict=Verdict.MISSED, screening=Screening.PERMITTED, fates={TextState.ACCEPTED})


def blocked(reason: Reason) -> Story:
    return Story(verdict=Verdict.MISSED, screening=Screening.BLOCKED, withheld_for={reason})


def fate(
    *bodies: str,
    story: Story = TEXTED,
    texts: int = 1,
    opt_outs: int = 0,
    missed: bool = True,
    taken: bool = True,
    in_time: bool = True,
) -> Fate:
    wrote = tuple(Written(sid=body, body=body, taken=taken, seconds=0.0) for body in bodies)
    called = Called(sid="CA1", caller="+12015550100", number="+12025550100", wrote=wrote, in_time=in_time)
    ended = Ended(called=called, missed=missed, voice=(0.1,), others=())
    return Fate(ended=ended, story=story, texts=texts, opt_outs=opt_outs)


@pytest.mark.parametrize(
    ("of", "wrongs"),
    [
        pytest.param(fate(), "", id="missed and texted"),
        pytest.param(fate(texts=2), "doubled", id="texted twice"),
        pytest.param(fate(missed=False), "doubled", id="answered and texted"),
        pytest.param(fate(story=Story(), texts=0), "lost", id="never decided"),
        pytest.param(fate(texts=0), "lost", id="said to be texted, and was not"),
        pytest.param(fate(story=blocked(Reason.TOO_LATE), texts=0), "", id="too late for a text"),
        pytest.param(fate(story=blocked(Reason.OPTED_OUT), texts=0), "lost", id="opted out without a STOP"),
        pytest.param(fate(STOP, story=blocked(Reason.OPTED_OUT), texts=0, opt_outs=1), "", id="opted out"),
        pytest.param(fate(STOP, opt_outs=1), "after STOP", id="texted after STOP"),
        pytest.param(fate(STOP, opt_outs=1, in_time=False), "", id="STOP came with the text"),
        pytest.param(fate(STOP, taken=False), "", id="STOP was never acknowledged"),
        pytest.param(fate(STOP, story=blocked(Reason.OPTED_OUT), texts=0), "unheard", id="a STOP was lost"),
        pytest.param(
            fate(STOP, story=blocked(Reason.OPTED_OUT), texts=0, opt_outs=2), "unheard", id="a STOP was told twice"
        ),
        pytest.param(fate(STOP, START, opt_outs=1), "", id="STOP was taken back"),
        pytest.param(fate(STOP, START, texts=0), "lost", id="STOP was taken back, and there is no text"),
        pytest.param(
            fate(STOP, START, story=blocked(Reason.OPTED_OUT), texts=0), "", id="START came later than the call"
        ),
    ],
)
def test_what_is_wrong_with_a_call_is_named(of: Fate, wrongs: str) -> None:
    assert (of.wrong or "").partition(": call")[0] == wrongs


@pytest.mark.parametrize(
    ("seconds", "problems"),
    [
        pytest.param([0.2] * 20, 0, id="all in time"),
        pytest.param([0.2] * 19 + [1.6], 1, id="of few, the worst counts"),
        pytest.param([0.2] * 199 + [1.6], 0, id="one of two hundred may be late"),
    ],
)
def test_a_row_whose_voice_webhooks_are_slow_at_p99_is_wrong(seconds: list[float], problems: int) -> None:
    one = fate()
    fates = [replace(one, ended=replace(one.ended, voice=(second,))) for second in seconds]
    assert len(list(row("a trouble", fates, backlog=0.0).problems)) == problems


def test_a_row_without_a_call_is_wrong() -> None:
    assert list(row("a trouble", [], backlog=0.0).problems) == ["nobody called"]

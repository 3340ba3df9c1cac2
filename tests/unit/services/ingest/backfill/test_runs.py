"""Which stretch of time is read, and when: no moment is left out, and none is read for ever."""

from __future__ import annotations

from datetime import timedelta
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from runtime.settings import RuntimeSettings
from runtime.topics import declared_topics
from schemas.calls import CALLS_INGESTED
from services.ingest.backfill.runs import Rhythm, Run, State, next_scheduled
from services.ingest.backfill.windows import REACH, Window, pieces
from tests.unit.services.ingest.webhooks import ACCOUNT, NOW

RHYTHM = Rhythm(every=timedelta(minutes=5), overlap=timedelta(minutes=30))
SPANS = st.timedeltas(min_value=timedelta(0), max_value=timedelta(days=7))


@given(SPANS)
def test_pieces_are_the_whole_window_from_its_end_without_gap_or_overlap(span: timedelta) -> None:
    window = Window(NOW - span, NOW)
    cut = list(pieces(window))
    assert sum((piece.until - piece.since for piece in cut), timedelta()) == span
    assert all(newer.since == older.until for newer, older in pairwise(cut))
    if span:
        assert (cut[0].until, cut[-1].since) == (window.until, window.since)


def complete(run: Run) -> Run:
    return run.model_copy(update={"state": State.COMPLETE, "read_until": run.until, "reached": run.since})


def first() -> Run:
    run = next_scheduled(None, ACCOUNT, now=NOW, rhythm=RHYTHM)
    assert run is not None
    return run


def test_the_first_pass_looks_back_by_the_overlap() -> None:
    assert first().rest == Window(NOW - RHYTHM.overlap, NOW)


@given(st.lists(st.tuples(SPANS, st.booleans()), min_size=1, max_size=8))
def test_whatever_fails_and_however_long_it_takes_the_next_pass_begins_where_all_was_read(
    passes: list[tuple[timedelta, bool]],
) -> None:
    """But for what is so old that nobody could say whether it was ingested."""
    run, now, read_until = complete(first()), NOW, NOW
    for pause, succeeds in passes:
        now += RHYTHM.every + pause
        following = next_scheduled(run, ACCOUNT, now=now, rhythm=RHYTHM)
        assert following is not None
        assert following.rest == Window(max(read_until - RHYTHM.overlap, now - REACH), now)
        run = complete(following) if succeeds else following.model_copy(update={"state": State.REFUSED})
        read_until = now if succeeds else read_until


def test_no_pass_begins_while_one_is_open_or_before_its_time() -> None:
    soon, later = NOW + RHYTHM.every - timedelta(seconds=1), NOW + RHYTHM.every
    assert next_scheduled(first(), ACCOUNT, now=later, rhythm=RHYTHM) is None
    assert next_scheduled(complete(first()), ACCOUNT, now=soon, rhythm=RHYTHM) is None
    assert next_scheduled(complete(first()), ACCOUNT, now=later, rhythm=RHYTHM) is not None


def test_no_pass_reaches_further_back_than_what_was_ingested_is_kept() -> None:
    declared = {topic.name: topic for topic in declared_topics(RuntimeSettings.model_fields["topics_file"].default)}
    kept = declared[CALLS_INGESTED.name].retention_hours
    assert kept is not None
    assert REACH + RHYTHM.overlap < timedelta(hours=kept)

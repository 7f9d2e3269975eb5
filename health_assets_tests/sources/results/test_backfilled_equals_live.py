"""A backfilled day is the day as it was collected live, for both sources over the same kind of directory."""

import json
import os
import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from health_assets.pipeline.refresh import refresh
from health_assets.sources import evals, training_jobs
from health_assets_tests.sources.results.documents import evaluated, milestone, training
from health_assets_tests.sources.results.held import runtime_of, seen

START = datetime(2026, 3, 2, tzinfo=UTC)
MINUTES = 3 * 24 * 60


@st.composite
def arrivals(draw, kind):
    """(file name, when it appears, document); some appear a day after their job ended, some are broken."""
    found = []
    for number in range(draw(st.integers(0, 8))):
        ended = START + timedelta(minutes=draw(st.integers(10, MINUTES)))
        appears = ended + timedelta(minutes=draw(st.sampled_from([0, 3, 50, 1500])))
        changes = {"exit_code": draw(st.sampled_from([0, 0, 1]))}
        if kind == "training":
            inside = ended - timedelta(minutes=draw(st.integers(0, 10)))
            document = training(ended=ended, checkpoint=milestone(inside), **changes)
        else:
            hearts = {"measured": draw(st.integers(0, 9)), "expected": 5}
            where = draw(st.sampled_from(["local", "remote"]))
            document = evaluated(ended=ended, where=where, hearts=hearts, **changes)
        body = "{" if draw(st.integers(0, 9)) == 0 else json.dumps(document)
        found.append((f"{number}.json", appears, body))
    return found


@pytest.mark.parametrize(("source", "kind"), [(training_jobs.SOURCE, "training"), (evals.SOURCE, "evaluation")])
@given(data=st.data())
@settings(max_examples=4, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
def test_days_of_ticks_end_as_one_backfill_of_them(source, kind, data):
    documents = data.draw(arrivals(kind))
    with tempfile.TemporaryDirectory() as name:
        folder, now = Path(name), [START]
        results = folder / "results"
        results.mkdir()
        configured = source.settings(results=str(results))
        with (
            runtime_of(source, configured, folder=folder, clock=lambda: now[0], name="live") as live,
            runtime_of(source, configured, folder=folder, clock=lambda: now[0], name="filled") as filled,
        ):
            for tick in range(1, 14):
                now[0] = START + timedelta(hours=8 * tick, minutes=15)
                for file, appears, body in documents:
                    if appears <= now[0] and not (results / file).exists():
                        (results / file).write_text(body)
                        os.utime(results / file, (appears.timestamp(), appears.timestamp()))
                refresh(live, days=live.days(2))
            days = live.days(5)[:-1]
            refresh(filled, days=days)
            scope = str(results)
            assert seen(filled, source, scope, days) == seen(live, source, scope, days)

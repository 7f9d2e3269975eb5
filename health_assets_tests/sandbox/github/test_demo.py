"""The demo team: the same history whenever it is made, and days worth looking at."""

from datetime import UTC, datetime, timedelta

import pytest

from health_assets.sandbox.github import view
from health_assets.sandbox.github.demo import demo_repository
from health_assets.sandbox.github.demo.calendar import Mood, mood_of
from health_assets_tests.sandbox.small import NAME

NOW = datetime(2026, 3, 6, 15, 30, tzinfo=UTC)
WEEK = timedelta(days=7)


@pytest.fixture(scope="module")
def world():
    return demo_repository(NAME, now=NOW)


def runs_on(world, day):
    return [run for run in world.runs if run.created_at.date() == day]


@pytest.mark.parametrize("later", [timedelta(minutes=1), timedelta(days=1), timedelta(days=3)])
def test_a_restart_serves_the_same_history(world, later):
    begin = datetime(2026, 1, 26, tzinfo=UTC)
    other = demo_repository(NAME, now=NOW + later)
    for one, two in ((world.runs, other.runs), (world.issues, other.issues), (world.pulls, other.pulls)):
        assert [f for f in one if begin <= f.created_at <= NOW] == [f for f in two if begin <= f.created_at <= NOW]
    assert [c for c in world.commits if begin <= c.committed_at <= NOW] == [
        c for c in other.commits if begin <= c.committed_at <= NOW
    ]


def test_what_was_open_on_a_past_day_does_not_depend_on_when_it_is_asked(world):
    at, other = NOW - timedelta(days=30), demo_repository(NAME, now=NOW + timedelta(days=5))
    counts = [sum(p.created_at <= at and view.state(p, at=at) == "OPEN" for p in w.pulls) for w in (world, other)]
    assert counts[0] == counts[1] > 10


@pytest.mark.parametrize("offset", range(14))
def test_every_week_has_two_or_three_bad_days(offset):
    days = [NOW.date() + timedelta(days=offset + step) for step in range(7)]
    bad = [mood_of(day) for day in days if mood_of(day) is not Mood.CALM]
    assert 2 <= len(bad) <= 3
    assert {Mood.BROKEN, Mood.SLOW} <= set(bad)


def test_a_weekday_is_busy_and_a_weekend_is_not(world):
    assert 200 < len(runs_on(world, datetime(2026, 3, 4, tzinfo=UTC).date())) < 600
    assert len(runs_on(world, datetime(2026, 3, 1, tzinfo=UTC).date())) < 150


def test_main_ends_a_broken_day_red(world):
    evening = datetime(2026, 3, 3, 23, 59, tzinfo=UTC)
    assert mood_of(evening.date()) is Mood.BROKEN
    tests = [
        s
        for run in world.runs
        if run.branch == "main" and run.name == "tests" and (s := view.run_state(run, at=evening))
    ]
    done = [state for state in tests if state.status == "completed"]
    assert "failure" == max(done, key=lambda state: state.updated_at).conclusion


def test_a_week_has_what_every_metric_looks_for(world):
    runs = [run for run in world.runs if NOW - WEEK < run.created_at <= NOW]
    last = [run.attempts[-1] for run in runs]
    assert any(attempt.timed_out for attempt in last)
    assert any(attempt.conclusion == "cancelled" and not attempt.timed_out for attempt in last)
    assert any(len(run.attempts) > 1 and run.attempts[-1].conclusion == "success" for run in runs)
    assert any(run.attempts[0].started_at.date() < run.attempts[-1].started_at.date() for run in world.runs)
    assert {"schedule", "push", "pull_request"} == {run.event for run in runs}
    subjects = [commit.subject for commit in world.commits]
    assert any(subject.startswith('Revert "') for subject in subjects)
    assert any("revert" in subject and not subject.startswith("Revert") for subject in subjects)
    assert any({"training", "bug"} <= {label.name for label in issue.labels} for issue in world.issues)


def test_numbers_and_ids_are_unique(world):
    for names in (
        [pull.number for pull in world.pulls] + [issue.number for issue in world.issues],
        [run.run_id for run in world.runs],
        [commit.sha for commit in world.commits],
    ):
        assert len(names) == len(set(names))

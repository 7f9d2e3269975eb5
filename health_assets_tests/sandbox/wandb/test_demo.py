"""The demo's training: the same history whenever it is made, and days worth looking at."""

from datetime import UTC, datetime, timedelta

import pytest

from health_assets.sandbox.wandb.demo import demo_project

PATH = "acme/rocket"
NOW = datetime(2026, 3, 6, 15, 30, tzinfo=UTC)


@pytest.fixture(scope="module")
def project():
    return demo_project(PATH, now=NOW)


@pytest.mark.parametrize("later", [timedelta(minutes=1), timedelta(days=1), timedelta(days=3)])
def test_a_restart_serves_the_same_history(project, later):
    begin = datetime(2026, 1, 26, tzinfo=UTC)
    histories = [
        [run for run in one.runs if begin <= run.created_at <= NOW]
        for one in (project, demo_project(PATH, now=NOW + later))
    ]
    assert histories[0] == histories[1]


def test_it_reaches_45_days_back_and_goes_on(project):
    created = [run.created_at for run in project.runs]
    assert NOW - min(created) > timedelta(days=45)
    assert max(created) > NOW + timedelta(days=6)


def test_ids_are_unique(project):
    assert len(project.runs) == len({run.run_id for run in project.runs})


@pytest.mark.parametrize("offset", range(7))
def test_any_seven_days_have_good_and_bad_ones(project, offset):
    end = NOW - timedelta(days=offset)
    ended = [run for run in project.runs if run.ended_at and end - timedelta(days=7) < run.ended_at <= end]
    hearts = [run.summary["env_agent/heart.gained"] for run in ended if "arena" in run.name]
    steps = [run.summary["overview/sps"] for run in ended if "arena" in run.name]
    loads = [run.utilization for run in ended]
    assert (True, True, True) == (min(hearts) < 0.21, any(0.21 < one < 0.49 for one in hearts), max(hearts) > 0.5)
    assert (True, True) == (min(steps) < 29_000, max(steps) > 41_000)
    assert (True, True) == (min(loads) < 24, max(loads) > 56)


def test_failures_rise_and_fall_from_week_to_week(project):
    ends = [NOW - timedelta(days=7 * back) for back in range(4)]
    failed = [
        sum(
            run.outcome != "finished" and end - timedelta(days=7) < run.ended_at <= end
            for run in project.runs
            if run.ended_at
        )
        for end in ends
    ]
    assert (0, 4) == (min(failed), max(failed))

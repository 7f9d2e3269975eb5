"""Workflow runs over the sandbox: completeness, re-runs, timeouts, and what it costs."""

from datetime import timedelta

import pytest

from health_assets.sandbox import faults
from health_assets.sandbox.github.world import Attempt, Repository, WorkflowRun
from health_assets.sources.github.fetch import fetch
from health_assets_tests.sources.github.conftest import NOW
from health_assets_tests.sources.github.held import Held, asking
from health_assets_tests.worlds import busy_week

HOUR, DAY, MINUTE = timedelta(hours=1), timedelta(days=1), timedelta(minutes=1)
TICK = 15 * MINUTE
RUNS = "/actions/runs"


def attempt(began, conclusion="success", *, lasted=5 * MINUTE, **facts):
    return Attempt(began, None if lasted is None else began + lasted, conclusion, **facts)


def run(number, *attempts, **facts):
    return WorkflowRun(run_id=number, created_at=attempts[0].started_at, attempts=attempts, **facts)


def world(*runs):
    return Repository(full_name="acme/rocket", runs=runs)


@pytest.fixture
def tick(settings_for):
    """Fetches into `held` as of `now` and returns the batch."""

    def fetch_at(server, held, *, now=NOW, days=1, back=0):
        server.now = now
        server.requests.clear()
        return held.keep(fetch(settings_for(server), asking(held, now=now, days=days, back=back)))

    return fetch_at


def paths(server):
    return [entry.path.removeprefix("/repos/acme/rocket") for entry in server.requests]


def conclusions(held, kind="workflow_runs"):
    return {key: row["conclusion"] for key, row in held.data(kind).items()}


def many(count):
    return [run(number, attempt(NOW - DAY - number * MINUTE)) for number in range(1, count + 1)]


def test_more_than_a_thousand_runs_come_out_exact(serve, tick):
    held = Held()
    batch = tick(serve(world(*many(2345))), held)
    assert 2345 == len(held.data("workflow_runs"))
    assert not any(reading.truncated for reading in batch.coverage)


def test_a_page_that_comes_empty_once_loses_nothing(serve, tick):
    server, held = serve(world(*many(350))), Held()
    server.faults.add(faults.empty_page(), path=RUNS, when=faults.page_is(2), times=1)
    batch = tick(server, held)
    assert 350 == len(held.data("workflow_runs"))
    assert not any(reading.truncated for reading in batch.coverage)


def test_runs_that_stay_away_truncate_the_days_instead_of_counting_less(serve, tick):
    def drop(body):
        body["workflow_runs"] = [found for found in body["workflow_runs"] if found["id"] != 7]

    server = serve(world(*many(20)))
    server.faults.add(faults.changed(drop), path=RUNS)
    batch = tick(server, Held())
    short = [reading for reading in batch.coverage if reading.truncated]
    assert {"workflow_runs", "run_timeouts", "default_branch_runs"} == {reading.kind for reading in short}
    assert {"19 of 20 runs were listed"} <= {reading.detail for reading in short}


def test_truncated_days_are_read_again_and_heal(serve, tick):
    server, held = serve(world(*many(20))), Held()
    server.faults.add(faults.empty_page(), path=RUNS)
    tick(server, held)
    server.faults.clear()
    tick(server, held, now=NOW + TICK)
    assert 20 == len(held.data("workflow_runs"))
    assert not any(reading.truncated for reading in held.coverage("workflow_runs").values())


def test_the_older_part_of_the_lookback_has_the_default_branch_only(serve, tick):
    old = NOW - 20 * DAY
    held = Held()
    tick(
        serve(world(run(1, attempt(old)), run(2, attempt(old + HOUR), branch="topic"), run(3, attempt(NOW - DAY)))),
        held,
    )
    assert ["3/1"] == list(held.data("workflow_runs"))
    assert ["1/1", "3/1"] == list(held.data("default_branch_runs"))


def test_a_run_that_was_running_is_completed_by_the_next_tick(serve, tick):
    server, held = serve(world(run(1, attempt(NOW - HOUR, lasted=65 * MINUTE)))), Held()
    tick(server, held)
    assert {"1/1": None} == conclusions(held)
    tick(server, held, now=NOW + TICK)
    assert {"1/1": "success"} == conclusions(held)


def test_a_run_that_took_longer_than_the_running_window_is_found_by_its_id(serve, tick):
    server, held = serve(world(run(1, attempt(NOW - 9 * HOUR, lasted=9 * HOUR + 5 * MINUTE)))), Held()
    tick(server, held)
    tick(server, held, now=NOW + TICK)
    assert {"1/1": "success"} == conclusions(held)
    assert "/actions/runs/1" in paths(server)


def test_a_failed_run_that_is_run_again_keeps_its_first_conclusion(serve, tick):
    again = run(1, attempt(NOW - 5 * HOUR, "failure"), attempt(NOW + MINUTE))
    server, held = serve(world(again)), Held()
    tick(server, held)
    tick(server, held, now=NOW + TICK)
    assert {"1/1": "failure", "1/2": "success"} == conclusions(held)


def test_a_successful_run_that_is_run_again_is_found_when_the_day_turns_final(serve, tick):
    again = run(1, attempt(NOW - 30 * HOUR), attempt(NOW + HOUR, "failure"))
    server, held = serve(world(again)), Held()
    tick(server, held)
    tick(server, held, now=NOW + 2 * HOUR)
    assert {"1/1": "success"} == conclusions(held)
    tick(server, held, now=NOW + 10 * HOUR)
    assert {"1/1": "success", "1/2": "failure"} == conclusions(held)


def test_an_earlier_attempt_is_asked_for_when_a_midnight_saw_it(serve, tick):
    held = Held()
    tick(serve(world(run(1, attempt(NOW - 20 * HOUR, "failure"), attempt(NOW - HOUR)))), held)
    assert {"1/1": "failure", "1/2": "success"} == conclusions(held)


def test_an_earlier_attempt_no_midnight_saw_is_not_asked_for(serve, tick):
    server, held = serve(world(run(1, attempt(NOW - 3 * HOUR, "failure"), attempt(NOW - HOUR)))), Held()
    tick(server, held)
    assert {"1/2": "success"} == conclusions(held)
    assert not [path for path in paths(server) if "attempts" in path]


def test_an_earlier_attempt_is_asked_for_while_the_newest_one_runs(serve, tick):
    running = run(1, attempt(NOW - 3 * HOUR, "failure"), attempt(NOW - MINUTE))
    held = Held()
    tick(serve(world(running)), held)
    assert {"1/1": "failure", "1/2": None} == conclusions(held)


def test_attempts_before_the_one_that_midnight_saw_are_not_asked_for(serve, tick):
    evening = NOW - 18 * HOUR
    tries = [attempt(evening, "failure"), attempt(evening + HOUR, "failure"), attempt(NOW - HOUR)]
    held = Held()
    tick(serve(world(run(1, *tries))), held)
    assert {"1/2": "failure", "1/3": "success"} == conclusions(held)


def test_an_attempt_that_is_gone_gives_no_row(serve, tick):
    server, held = serve(world(run(1, attempt(NOW - 20 * HOUR, "failure"), attempt(NOW - HOUR)))), Held()
    server.faults.add(faults.not_found(), path="/attempts/")
    tick(server, held)
    assert {"1/2": "success"} == conclusions(held)


def test_cancelled_runs_are_told_from_timeouts_by_their_annotations_once(serve, tick):
    runs = [
        run(1, attempt(NOW - 3 * HOUR, "cancelled", timed_out=True)),
        run(2, attempt(NOW - 2 * HOUR, "cancelled")),
        run(3, attempt(NOW - HOUR, "failure")),
    ]
    server, held = serve(world(*runs)), Held()
    tick(server, held)
    assert {"1/1": True, "2/1": False} == {key: row["timed_out"] for key, row in held.data("run_timeouts").items()}
    tick(server, held, now=NOW + TICK)
    assert "StoppedChecks" not in {entry.operation for entry in server.requests}


def test_an_outage_over_days_heals_with_the_next_tick(serve, tick):
    missed = [run(number, attempt(NOW + number * 6 * HOUR)) for number in range(1, 12)]
    server, held = serve(world(run(99, attempt(NOW - HOUR)), *missed)), Held()
    tick(server, held)
    tick(server, held, now=NOW + 3 * DAY)
    assert 12 == len(held.data("workflow_runs"))


def test_a_busy_week_is_cheap(serve, tick):
    server, held = serve(busy_week(now=NOW)), Held()
    cold = tick(server, held, days=7)
    assert cold.requests == len(server.requests) <= 60
    assert len({row["run_id"] for row in held.data("workflow_runs").values()}) == 4000
    assert (84, 214) == (len(held.data("commits")), len(held.data("pull_requests")))
    steady = [tick(server, held, now=NOW + step * TICK).requests for step in range(1, 5)]
    assert max(steady) <= 12

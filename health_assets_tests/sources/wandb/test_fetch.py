from datetime import datetime, timedelta

import pytest

from health_assets.model.errors import Cause, SourceError
from health_assets.pipeline.collect import collect
from health_assets.pipeline.measure import measure
from health_assets.sandbox import faults
from health_assets.sources.planning import changed_since, covered_by, lookback_days
from health_assets.sources.wandb.fetch import fetch
from health_assets.sources.wandb.records import RUNS
from health_assets_tests.sources.wandb.frames import row
from health_assets_tests.sources.wandb.stage import HOUR, NOW, SCOPE, Held, captured, request_for, run

MIDNIGHT = datetime.fromisoformat("2026-03-18T00:00:00+00:00")
WEEK = [f"2026-03-{day}" for day in range(11, 18)]


def keys(batch):
    return sorted(record.key for record in batch.records)


def since(known, *dates, **more):
    request = request_for(*dates, known=known, **more)
    return changed_since(lookback_days(RUNS, request), covered_by(RUNS, request), now=request.now, grace=RUNS.grace)


def test_a_first_read_brings_all_that_lived_in_the_look_back(stage):
    stage.serve(
        run("new", ago=3),
        run("long", ago=400, hours=300),
        run("active", ago=400, hours=None),
        run("before", ago=300, hours=1),
    )
    assert ["active", "long", "new"] == keys(fetch(stage.settings(), request_for()))


def test_every_day_of_the_look_back_is_covered_as_of_now(stage):
    stage.serve(run("r1", ago=30, hours=10))
    covered = {coverage.day: coverage for coverage in fetch(stage.settings(), request_for()).coverage}
    assert [*WEEK, "2026-03-18"] == sorted(covered)
    assert {NOW} == {coverage.captured_at for coverage in covered.values()}
    assert [1, 0] == [covered[day].fetched for day in ("2026-03-17", "2026-03-16")]


def test_settled_days_cost_no_request(stage):
    known = Held(captured(["2026-03-09", "2026-03-10", *WEEK], MIDNIGHT + HOUR))
    assert 0 == fetch(stage.settings(), request_for("2026-03-17", known=known)).requests
    assert [] == stage.server.requests


def test_settled_days_are_read_again_when_told_to(stage):
    known = Held(captured(["2026-03-09", "2026-03-10", *WEEK], MIDNIGHT + HOUR))
    assert 2 == fetch(stage.settings(), request_for("2026-03-17", known=known, refetch=True)).requests


def test_a_steady_tick_reads_what_changed_since_the_last_one_less_an_overlap():
    last = NOW - timedelta(minutes=15)
    assert last - timedelta(minutes=15) == since(Held(captured([*WEEK, "2026-03-18"], last)))


def test_a_day_captured_before_it_was_final_is_read_from_that_capture_on():
    known = Held(captured(WEEK, MIDNIGHT - HOUR))
    assert MIDNIGHT - HOUR - timedelta(minutes=15) == since(known)


def test_an_outage_longer_than_the_look_back_leaves_no_gap():
    old = NOW - timedelta(days=20)
    assert old - timedelta(minutes=15) == since(Held(captured([old.date().isoformat()], old)))


def test_a_day_before_everything_known_is_read_whole():
    known = Held(captured([*WEEK, "2026-03-18"], NOW))
    assert datetime.fromisoformat("2026-02-25T00:00:00+00:00") == since(known, "2026-03-04")


def test_a_day_that_has_not_begun_cannot_be_asked_for(stage):
    with pytest.raises(ValueError, match="has begun"):
        fetch(stage.settings(), request_for("2026-03-19"))


def test_a_run_that_is_given_up_without_a_heartbeat_is_noticed(stage, tmp_path):
    stage.serve(run("r1", ago=1, hours=0.98, outcome="crashed"))
    with stage.runtime(tmp_path / "health.db") as runtime:
        collect(runtime, "wandb", days=runtime.days(1))
        stage.now = NOW + 5 * HOUR
        collect(runtime, "wandb", days=runtime.days(1))
        stored = runtime.store.known("wandb", runtime.project.sources["wandb"][0].kinds, scope=SCOPE)
        assert ["crashed"] == list(stored.records("runs", since=MIDNIGHT)["state"])


def test_a_false_crash_that_goes_on_is_active_again(stage, tmp_path):
    with stage.runtime(tmp_path / "health.db") as runtime:
        stage.serve(run("r1", ago=2, hours=1, outcome="crashed"))
        collect(runtime, "wandb", days=runtime.days(1))
        stage.now = NOW + HOUR
        stage.serve(run("r1", ago=2, hours=None))
        collect(runtime, "wandb", days=runtime.days(1))
        stored = runtime.store.known("wandb", runtime.project.sources["wandb"][0].kinds, scope=SCOPE)
        assert ["running"] == list(stored.records("runs", since=MIDNIGHT)["state"])


def test_an_active_run_that_was_deleted_is_over(stage):
    known = Held(captured([*WEEK, "2026-03-18"], NOW), [row("gone", begin=5, at=NOW, gpu_count=4)])
    stage.serve(run("gone", ago=5, hours=None, deleted_at=NOW - HOUR))
    (record,) = fetch(stage.settings(), request_for(known=known)).records
    assert ("gone", "deleted", NOW, 4) == (
        record.key,
        record.data["state"],
        record.ends_at,
        record.data["gpu_count"],
    )


def test_a_run_that_cannot_be_read_is_named_and_the_others_stay(stage):
    def spoil(body):
        edges = body["data"]["project"]["runs"]["edges"]
        edges[0]["node"]["createdAt"] = None
        edges[1]["node"]["summaryMetrics"] = "{cut"

    stage.serve(run("a", ago=3), run("b", ago=2), run("c", ago=1))
    stage.server.faults.add(faults.changed(spoil), operation="HealthRuns")
    batch = fetch(stage.settings(), request_for())
    assert (["b", "c"], ["a", "b"]) == (keys(batch), [rejection.key for rejection in batch.rejections])


def test_a_listing_that_comes_short_is_a_failure_and_brings_nothing(stage):
    stage.serve(run("a", ago=3))
    stage.server.faults.add(faults.empty_page(), operation="HealthRuns")
    with pytest.raises(SourceError) as caught:
        fetch(stage.settings(), request_for())
    assert (Cause.INCOMPLETE, 2) == (caught.value.cause, caught.value.requests)


def test_200_runs_cost_at_most_four_requests_a_tick(stage, tmp_path):
    stage.serve(*[run(f"r{number}", ago=100 - number / 2, hours=None) for number in range(200)])
    with stage.runtime(tmp_path / "health.db") as runtime:
        requests = []
        for minutes in (0, 15):
            stage.now = NOW + timedelta(minutes=minutes)
            requests.append(collect(runtime, "wandb", days=runtime.days(1)).collection.requests)
    assert ([3, 3], 6) == (requests, len(stage.server.requests))


def test_a_quiet_tick_costs_two_requests(stage, tmp_path):
    stage.serve(*[run(f"r{number}", ago=100 - number / 4) for number in range(200)])
    with stage.runtime(tmp_path / "health.db") as runtime:
        collect(runtime, "wandb", days=runtime.days(1))
        stage.now = NOW + timedelta(minutes=15)
        assert 2 == collect(runtime, "wandb", days=runtime.days(1)).collection.requests


@pytest.mark.parametrize("fault", [faults.unauthorized(), faults.trickle(), faults.broken_connection()])
def test_an_outage_changes_nothing_stored_and_heals_by_itself(stage, tmp_path, fault):
    stage.serve(run("r1", ago=2, outcome="failed"))
    with stage.runtime(tmp_path / "health.db", deadline_seconds=1.5, request_timeout_seconds=1) as runtime:

        def active():
            measure(runtime, "wandb", days=runtime.days(1))
            return runtime.store.read_observation("wandb.runs.active", scope=SCOPE, day="2026-03-18")

        assert collect(runtime, "wandb", days=runtime.days(1)).collection.ok
        before = active()
        stage.now = NOW + HOUR
        stage.server.faults.add(fault)
        assert not collect(runtime, "wandb", days=runtime.days(1)).collection.ok
        assert before == active()
        stage.server.faults.clear()
        assert collect(runtime, "wandb", days=runtime.days(1)).collection.ok
        assert stage.now == active().as_of

"""A part of the answers fails, or comes short: nothing is stored half, nothing looks better, all of it is told."""

import shutil
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from health_assets.grid.colour import Colour
from health_assets.model.errors import Cause
from health_assets.model.reason import Reason
from health_assets.pipeline.collect import collect
from health_assets.pipeline.grid import load_grid
from health_assets.pipeline.refresh import refresh
from health_assets.sandbox import faults
from health_assets.sandbox.github.world import Comment, PullRequest, Repository
from health_assets.sandbox.server import SandboxServer
from health_assets_tests.pipeline.fault_cases import DEADLINE, PARTIAL, PARTS, SLACK, Case
from health_assets_tests.pipeline.outages import (
    DAY,
    HOUR,
    MORNING,
    Clock,
    Dump,
    Observed,
    adapted,
    busy_repository,
    differences,
    gains,
    observed,
)
from health_assets_tests.worlds import REPOSITORY, runtime_for

OF_RUNS = "health.ci.failing_workflows.fom"


@pytest.fixture(autouse=True)
def healed(server: SandboxServer) -> Iterator[None]:
    """No fault outlives its test."""
    yield
    server.faults.clear()


@pytest.mark.parametrize(("case", "part"), PARTIAL)
def test_a_fault_in_a_part_of_the_requests_fails_the_whole_collection(
    case: Case, part: str, server: SandboxServer, good_store: Path, clock: Clock, tmp_path: Path
) -> None:
    clock.now = MORNING + DAY
    with runtime_for(server.url, store=Path(shutil.copy(good_store, tmp_path)), clock=clock) as opened:
        before = Dump.of(opened)
        assert case.fault is not None
        server.faults.add(case.fault, **PARTS[part])
        attempt = collect(adapted(opened, deadline_seconds=DEADLINE), "github", days=opened.days(1)).collection
        server.faults.clear()
        ((scope, cause, message),) = attempt.failures
        assert (REPOSITORY, case.cause, True) == (scope, cause, case.says in message or part != "all")
        assert attempt.duration_seconds < DEADLINE + SLACK
        assert before == Dump.of(opened)


@pytest.mark.parametrize("times", [1, None])
def test_a_page_of_runs_missing_in_the_middle_is_read_another_way(
    times: int | None, server: SandboxServer, clock: Clock, clean: Observed, tmp_path: Path
) -> None:
    clock.now = MORNING + DAY + HOUR
    server.faults.add(faults.empty_page(), path="/actions/runs", when=faults.page_is(2), times=times)
    with runtime_for(server.url, store=tmp_path / "health.db", clock=clock) as opened:
        runtime = adapted(opened)
        refresh(runtime, days=runtime.days(2))
        server.faults.clear()
        assert {} == differences(clean, observed(runtime))


def test_runs_that_stay_away_truncate_the_day_until_they_are_back(
    server: SandboxServer, good_store: Path, clock: Clock, clean: Observed, tmp_path: Path
) -> None:
    clock.now = MORNING + DAY
    with runtime_for(server.url, store=Path(shutil.copy(good_store, tmp_path)), clock=clock) as opened:
        runtime = adapted(opened)
        grid = load_grid(runtime, days=runtime.days(2))
        server.faults.add(faults.empty_page(), path="/actions/runs")
        refresh(runtime, days=runtime.days(1))
        server.faults.clear()
        day = runtime.store.read_coverage("github", scope=REPOSITORY)["workflow_runs"][runtime.day().key]
        assert (True, "0 of ") == (day.truncated, day.detail[:5])
        assert [] == [gain for gain in gains(grid, load_grid(runtime, days=runtime.days(2))) if OF_RUNS in gain]
        clock.now = MORNING + DAY + HOUR
        refresh(runtime, days=runtime.days(1))
        assert {} == differences(clean, observed(runtime))


def test_a_failure_is_not_the_reason_why_days_before_were_never_collected(
    server: SandboxServer, clock: Clock, tmp_path: Path
) -> None:
    clock.now = MORNING
    with runtime_for(server.url, store=tmp_path / "health.db", clock=clock) as opened:
        runtime = adapted(opened, window_days=3)
        refresh(runtime, days=runtime.days(1))
        before = Dump.of(runtime)
        clock.now = MORNING + HOUR
        server.faults.add(faults.unauthorized())
        refresh(runtime, days=runtime.days(1))
        server.faults.clear()
        assert before == Dump.of(runtime)


def test_a_secret_that_is_not_set_fails_its_source_alone(
    server: SandboxServer, good_store: Path, clock: Clock, tmp_path: Path
) -> None:
    clock.now = MORNING + HOUR
    absent = {"env": "HEALTH_TEST_ABSENT"}
    with runtime_for(server.url, store=Path(shutil.copy(good_store, tmp_path)), clock=clock, token=absent) as opened:
        ((_, cause, message),) = collect(opened, "github", days=opened.days(1)).collection.failures
        assert Cause.AUTHENTICATION == cause
        assert "HEALTH_TEST_ABSENT is not set" in message


def test_a_nested_page_that_comes_empty_fails_the_collection(clock: Clock, tmp_path: Path) -> None:
    clock.now = MORNING
    talked = [Comment(MORNING - HOUR + timedelta(seconds=step)) for step in range(250)]
    pull = PullRequest(number=1, title="work", created_at=MORNING - DAY, comments=talked)
    with (
        SandboxServer({REPOSITORY: Repository(full_name=REPOSITORY, pulls=[pull])}, now=clock) as server,
        runtime_for(server.url, store=tmp_path / "health.db", clock=clock) as runtime,
    ):
        for empty in (faults.empty_page(), faults.changed(empty_comments)):
            server.faults.add(empty, operation="Rest")
            ((_, cause, message),) = collect(runtime, "github", days=runtime.days(1)).collection.failures
            assert (Cause.INCOMPLETE, True) == (cause, "PullRequest.comments is gone" in message)
            server.faults.clear()


def empty_comments(body: Any) -> None:
    body["data"]["nodes"][0]["comments"]["nodes"] = []


def test_of_two_repositories_the_one_that_answers_is_measured_and_the_cell_is_grey(
    clock: Clock, tmp_path: Path
) -> None:
    clock.now = MORNING
    other = "acme/orbit"
    worlds = {name: busy_repository(name, seed=seed) for seed, name in enumerate((REPOSITORY, other))}
    with (
        SandboxServer(worlds, now=clock) as server,
        runtime_for(server.url, store=tmp_path / "health.db", clock=clock) as opened,
    ):
        runtime = adapted(opened, repositories=(REPOSITORY, other))
        assert refresh(runtime, days=runtime.days(2))["github"].collection.ok
        before = load_grid(runtime)
        clock.now = MORNING + DAY
        del worlds[REPOSITORY]
        attempt = refresh(runtime, days=runtime.days(1))["github"].collection
        assert [(REPOSITORY, Cause.NOT_FOUND)] == [(scope, cause) for scope, cause, _ in attempt.failures]
        today = runtime.store.read_observations(scopes=[other], days=[runtime.day().key])
        assert {clock.now} == set(today.loc[today["value"].notna(), "as_of"])
        grid = load_grid(runtime)
        for row in grid.rows:
            failed, answered = row.latest.scopes
            assert Reason.SOURCE_FAILED == failed.reason
            # ADR 0006: red cannot get better by what is unknown, anything else could be worse in truth
            assert (answered if Colour.RED == answered.colour else failed) == row.latest.shown
        assert len(before.rows) == len(grid.rows)

"""Tests, benchmarks and failing workflows of the default branch as of T."""

from datetime import timedelta
from typing import Any

import pytest

from health_assets.model.reason import Reason
from health_assets.sources.github.metrics.workflows import matches
from health_assets_tests.sources.github.frames import T, ago, measured, run, settings, value, view

SECOND = timedelta(seconds=1)
PASSING = "github.ci.tests_passing_on_main"
BENCHMARKS = "github.ci.benchmarks_passing"
FAILING = "github.ci.failed_workflows_7d"


def branch(*runs: dict[str, Any], **configured: Any):
    return view(default_branch_runs=list(runs), configured=settings(**configured))


def of(workflow_id: int, name: str, file: str = "ci.yml") -> dict[str, Any]:
    return {"workflow_id": workflow_id, "workflow": name, "path": f".github/workflows/{file}"}


LINT = of(2, "Lint", "lint.yml")
BENCH = of(3, "Nightly Benchmarks", "perf.yml")
REPLACED = {"attempt": 2, "started_at": ago(minutes=5), "completed_at": T + SECOND}


def test_one_broken_workflow_breaks_the_branch() -> None:
    runs = [run(1, ago(days=2)), run(2, ago(days=1), "failure", **LINT)]
    found = measured(PASSING, branch(*runs))
    assert (0, 2) == (found.value, found.samples)
    assert ["Lint #2"] == [piece.label for piece in found.evidence]


def test_the_latest_run_of_each_workflow_decides() -> None:
    runs = [run(1, ago(days=2), "failure"), run(2, ago(days=1)), run(3, ago(days=20), **LINT)]
    assert 1 == value(PASSING, branch(*runs))


def test_among_runs_of_one_instant_the_higher_number_is_the_later() -> None:
    assert 0 == value(PASSING, branch(run(1, ago(days=1)), run(2, ago(days=1), "failure")))
    assert 1 == value(PASSING, branch(run(1, ago(days=1), "failure"), run(2, ago(days=1))))


def test_a_run_without_a_conclusion_at_t_leaves_the_word_to_the_one_before() -> None:
    for running in (run(2, ago(minutes=1), None), run(2, ago(minutes=1), "failure", minutes=5)):
        assert 1 == value(PASSING, branch(run(1, ago(days=1)), running))


@pytest.mark.parametrize("conclusion", ["failure", "cancelled", "timed_out", "neutral", "action_required"])
def test_anything_but_success_is_not_passing(conclusion: str) -> None:
    assert 0 == value(PASSING, branch(run(1, ago(days=2)), run(2, ago(days=1), conclusion)))


def test_skipped_runs_are_passed_over() -> None:
    assert 0 == value(PASSING, branch(run(1, ago(days=2), "failure"), run(2, ago(days=1), "skipped")))
    assert Reason.NO_DATA == measured(PASSING, branch(run(2, ago(days=1), "skipped"))).reason


def test_by_default_workflows_without_a_push_run_are_no_tests() -> None:
    nightly = run(2, ago(days=1), "failure", event="schedule", **LINT)
    assert 1 == value(PASSING, branch(run(1, ago(days=1)), nightly))
    pushed = run(3, ago(days=25), event="push", **LINT)
    assert 0 == value(PASSING, branch(run(1, ago(days=1)), nightly, pushed))


def test_benchmarks_are_no_tests_by_default() -> None:
    assert 1 == value(PASSING, branch(run(1, ago(days=1)), run(2, ago(days=1), "failure", **BENCH)))


def test_configured_tests_count_whatever_started_them() -> None:
    runs = [run(1, ago(days=1), "failure"), run(2, ago(days=1), event="schedule", **LINT)]
    assert 1 == value(PASSING, branch(*runs, test_workflows=["li*"]))
    assert Reason.NO_DATA == measured(PASSING, branch(*runs, test_workflows=["nothing"])).reason


def test_runs_older_than_thirty_days_and_of_other_branches_do_not_count() -> None:
    old = run(1, ago(days=30), "failure")
    fork = run(2, ago(days=1), "failure", on_default_branch=False)
    for name in (PASSING, BENCHMARKS):
        assert Reason.NO_DATA == measured(name, branch(old, fork)).reason
    assert 0 == value(FAILING, branch(old, fork))


def test_an_unknown_latest_conclusion_is_missing_unless_another_workflow_is_broken() -> None:
    replaced = run(2, ago(days=1), **REPLACED)
    found = measured(PASSING, branch(run(1, ago(days=2)), replaced))
    assert (None, Reason.NOT_RECONSTRUCTIBLE) == (found.value, found.reason)
    broken = run(3, ago(days=1), "failure", **LINT)
    assert 0 == value(PASSING, branch(run(1, ago(days=2)), replaced, broken))


def test_an_unknown_conclusion_before_a_known_one_does_not_matter() -> None:
    assert 1 == value(PASSING, branch(run(1, ago(days=2), **REPLACED), run(2, ago(days=1))))


def test_benchmarks_are_a_share_of_workflows() -> None:
    runs = [
        run(1, ago(days=2), "failure", **BENCH),
        run(2, ago(days=1), event="schedule", **BENCH),
        run(3, ago(days=1), "failure", **of(4, "GPU", "bench_gpu.yml")),
        run(4, ago(days=1), "failure"),
    ]
    found = measured(BENCHMARKS, branch(*runs))
    assert (0.5, 2) == (found.value, found.samples)
    assert ["GPU #3"] == [piece.label for piece in found.evidence]


def test_an_unknown_benchmark_is_missing() -> None:
    assert Reason.NOT_RECONSTRUCTIBLE == measured(BENCHMARKS, branch(run(1, ago(days=2), **REPLACED, **BENCH))).reason


def test_failing_workflows_are_distinct_and_shown_by_their_newest_failure() -> None:
    runs = [
        run(1, ago(days=6), "failure"),
        run(2, ago(days=5), "timed_out"),
        run(3, ago(days=4)),
        run(4, ago(days=3), "startup_failure", **LINT),
        run(5, ago(days=8), "failure", **BENCH),
    ]
    found = measured(FAILING, branch(*runs))
    assert 2 == found.value
    assert ["Lint #4", "Tests #2"] == [piece.label for piece in found.evidence]


def test_an_unknown_run_matters_only_where_its_workflow_had_not_failed_anyway() -> None:
    replaced = run(2, ago(days=1), **REPLACED)
    assert Reason.NOT_RECONSTRUCTIBLE == measured(FAILING, branch(replaced)).reason
    assert 1 == value(FAILING, branch(replaced, run(1, ago(days=2), "failure")))


def test_a_renamed_workflow_stays_one_workflow_under_its_latest_name() -> None:
    runs = [run(1, ago(days=2), "failure", **of(9, "Old bench")), run(2, ago(days=1), **of(9, "Speed"))]
    assert Reason.NO_DATA == measured(BENCHMARKS, branch(*runs)).reason


@pytest.mark.parametrize("pattern", ["unit tests [linux]", "UNIT*", "ci.yml", "c?.yml"])
def test_a_pattern_fits_the_name_or_the_file_in_any_case(pattern: str) -> None:
    assert matches("Unit Tests [linux]", ".github/workflows/ci.yml@refs/heads/main", [pattern])


@pytest.mark.parametrize("pattern", ["unit", "workflows", "yml"])
def test_a_pattern_fits_the_whole_name(pattern: str) -> None:
    assert not matches("Unit Tests", ".github/workflows/ci.yml", [pattern])

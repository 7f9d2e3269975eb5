"""Workflow runs of a week as of T: attempts, failures, time limits, flakiness, durations."""

from datetime import timedelta
from typing import Any

import pytest

from health_assets.model.reason import Reason
from health_assets_tests.sources.github.frames import T, ago, measured, run, value, view

SECOND = timedelta(seconds=1)
YESTERDAY = ago(days=1)
RUNS = "github.ci.workflow_runs_7d"
FAILED = "github.ci.failed_runs_7d"
FLAKY = "github.ci.flaky_checks_7d"
TIMEOUTS = "github.ci.timeout_cancellations_7d"
P50 = "github.ci.duration_p50_minutes"
OF_CONCLUSIONS = (FAILED, TIMEOUTS, P50)


def week(*runs: dict[str, Any], timeouts: list[dict[str, Any]] | None = None):
    return view(workflow_runs=list(runs), run_timeouts=timeouts or [])


def again(run_id: int, created, conclusion: str | None = "success", *, attempt: int = 2, **changes: Any):
    """A later attempt of a run that was created at `created`."""
    return run(run_id, created, conclusion, attempt=attempt, **({"started_at": YESTERDAY} | changes))


def test_a_run_counts_once_however_often_it_was_run() -> None:
    seen = week(
        run(1, ago(days=3), "failure"), again(1, ago(days=3)), run(2, T), run(3, T + SECOND), run(4, ago(days=7))
    )
    found = measured(RUNS, seen)
    assert 2 == found.value
    assert ["Tests #2", "Tests #1 (attempt 2)"] == [piece.label for piece in found.evidence]


def test_failures_are_failure_timed_out_and_startup_failure() -> None:
    conclusions = [
        "failure",
        "timed_out",
        "startup_failure",
        "success",
        "cancelled",
        "skipped",
        "action_required",
        None,
    ]
    runs = [run(n, ago(hours=n + 1), conclusion) for n, conclusion in enumerate(conclusions)]
    found = measured(FAILED, week(*runs))
    assert (3, 8) == (found.value, found.samples)
    assert "failure on main (push)" == found.evidence[0].note


def test_a_run_that_failed_after_t_had_not_failed_at_t() -> None:
    assert 0 == value(FAILED, week(run(1, ago(minutes=1), "failure", minutes=2)))


def test_a_failed_run_that_is_run_again_is_failed_until_the_new_attempt_concludes() -> None:
    first = run(1, ago(days=3), "failure")
    for later in (again(1, ago(days=3), None), again(1, ago(days=3), completed_at=T + SECOND)):
        assert 1 == value(FAILED, week(first, later))
        assert 0 == value(FLAKY, week(first, later))
    passed = again(1, ago(days=3), completed_at=T)
    assert 0 == value(FAILED, week(first, passed))
    assert 1 == value(FLAKY, week(first, passed))


def test_a_rerun_begun_after_t_changes_nothing() -> None:
    later = again(1, ago(days=3), started_at=T + SECOND)
    assert 1 == value(FAILED, week(run(1, ago(days=3), "failure", latest_attempt=2), later))


def test_a_concluded_attempt_needs_no_earlier_ones() -> None:
    seen = week(again(1, ago(days=3), "failure", attempt=3))
    assert 1 == value(FAILED, seen)


@pytest.mark.parametrize("name", OF_CONCLUSIONS)
def test_a_conclusion_replaced_after_t_is_missing_when_the_earlier_attempt_is_unknown(name: str) -> None:
    seen = week(run(2, YESTERDAY), again(1, ago(days=3), completed_at=T + SECOND))
    found = measured(name, seen)
    assert (None, Reason.NOT_RECONSTRUCTIBLE) == (found.value, found.reason)
    assert "1 of 2 runs" in found.detail
    assert 2 == value(RUNS, seen)


@pytest.mark.parametrize("name", [*OF_CONCLUSIONS, FLAKY])
def test_a_gap_between_known_attempts_is_unknown(name: str) -> None:
    seen = week(run(1, ago(days=3), "failure"), again(1, ago(days=3), attempt=3, completed_at=T + SECOND))
    assert Reason.NOT_RECONSTRUCTIBLE == measured(name, seen).reason


@pytest.mark.parametrize("name", [*OF_CONCLUSIONS, FLAKY])
def test_an_attempt_that_is_known_to_exist_but_was_not_read_is_unknown(name: str) -> None:
    assert Reason.NOT_RECONSTRUCTIBLE == measured(name, week(run(1, ago(days=3), latest_attempt=2))).reason


@pytest.mark.parametrize("name", OF_CONCLUSIONS)
def test_a_completed_attempt_without_a_conclusion_is_unknown(name: str) -> None:
    seen = week(run(1, ago(days=3), None, status="completed", completed_at=ago(days=3)))
    assert Reason.NOT_RECONSTRUCTIBLE == measured(name, seen).reason


def test_a_first_attempt_of_unknown_conclusion_is_not_flaky() -> None:
    replaced = again(1, ago(days=3), completed_at=T + SECOND)
    nameless = run(2, ago(days=3), None, status="completed", completed_at=ago(days=3))
    assert 0 == value(FLAKY, week(replaced, nameless))


def test_a_first_attempt_that_still_runs_is_no_unknown_conclusion() -> None:
    seen = week(run(1, ago(minutes=2), None), run(2, ago(minutes=1), minutes=5))
    assert 0 == value(FAILED, seen)
    assert Reason.NO_DATA == measured(P50, seen).reason


def test_only_proven_time_limits_count_as_timeouts() -> None:
    runs = [run(1, YESTERDAY, "timed_out"), run(2, YESTERDAY, "cancelled"), run(3, YESTERDAY, "cancelled")]
    proofs = [{"run_id": 2, "attempt": 1, "timed_out": True}, {"run_id": 3, "attempt": 1, "timed_out": False}]
    found = measured(TIMEOUTS, week(*runs, timeouts=proofs))
    assert 2 == found.value
    assert ["Tests #2", "Tests #1"] == [piece.label for piece in found.evidence]


@pytest.mark.parametrize("proofs", [[], [{"run_id": 1, "attempt": 1, "timed_out": None}]])
def test_a_cancelled_run_whose_cause_was_not_read_is_missing(proofs: list[dict[str, Any]]) -> None:
    found = measured(TIMEOUTS, week(run(1, YESTERDAY, "cancelled"), run(2, YESTERDAY), timeouts=proofs))
    assert (None, Reason.TRUNCATED) == (found.value, found.reason)
    assert "1 of 1 cancelled runs" in found.detail


def test_the_proof_belongs_to_its_attempt() -> None:
    proof = {"run_id": 1, "attempt": 1, "timed_out": True}
    seen = week(run(1, ago(days=2), "cancelled"), again(1, ago(days=2), "cancelled"), timeouts=[proof])
    assert Reason.TRUNCATED == measured(TIMEOUTS, seen).reason
    passed = week(run(1, ago(days=2), "cancelled"), again(1, ago(days=2)), timeouts=[proof])
    assert 0 == value(TIMEOUTS, passed)


def test_durations_run_from_the_start_of_the_concluding_attempt() -> None:
    runs = [
        run(1, ago(days=3), "failure", minutes=90),
        again(1, ago(days=3), minutes=4),
        run(2, YESTERDAY, "failure", minutes=6),
        run(3, YESTERDAY, "cancelled", minutes=360),
        run(4, YESTERDAY, "skipped", minutes=0),
        run(5, YESTERDAY, "timed_out", minutes=360),
    ]
    proof = {"run_id": 3, "attempt": 1, "timed_out": False}
    seen = week(*runs, timeouts=[proof])
    assert 5 == value("github.ci.avg_workflow_duration_minutes", seen)
    assert 5 == value(P50, seen)
    assert 5.8 == pytest.approx(value("github.ci.duration_p90_minutes", seen))
    assert 5.98 == pytest.approx(value("github.ci.duration_p99_minutes", seen))
    assert ["6.0 min", "4.0 min"] == [piece.note for piece in measured(P50, seen).evidence]


def test_an_unknown_start_is_missing_and_not_a_short_run() -> None:
    found = measured(P50, week(run(1, YESTERDAY) | {"started_at": None}, run(2, YESTERDAY)))
    assert (None, Reason.TRUNCATED) == (found.value, found.reason)

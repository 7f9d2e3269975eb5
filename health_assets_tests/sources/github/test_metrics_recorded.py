"""The measures on recorded facts. Every expected number was counted by hand from the recorded answers."""

import json
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from health_assets.model.reason import Reason
from health_assets.model.time import parse_instant
from health_assets.sources.view import View
from health_assets_tests.sources.github.frames import measured, value, view

FIXTURES = Path(__file__).parent / "fixtures"


def recorded(name: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (FIXTURES / name).read_text().splitlines()]


def instant(text: str | None) -> datetime | None:
    return None if text is None else parse_instant(text)


def pull_requests_as_of(day: str) -> View:
    rows = [
        {
            "number": row["number"],
            "created_at": instant(row["created_at"]),
            "closed_at": instant(row["closed_at"]),
            "merged_at": instant(row["merged_at"]),
            "closures": [[row["closed_at"], None]] if row["closed_at"] else [],
            "labels": [],
            "reviews": [],
            "comments": [],
        }
        for row in recorded("recorded_pull_requests.jsonl")
    ]
    return view(at=parse_instant(f"{day}T00:00:00Z"), pull_requests=rows)


def runs_as_of(day: str) -> View:
    rows = [
        {
            **{name: row[name] for name in ("run_id", "attempt", "workflow_id", "event", "status", "conclusion")},
            "latest_attempt": row["attempt"],
            "on_default_branch": row["on_default_branch"],
            "created_at": instant(row["created_at"]),
            "started_at": instant(row["run_started_at"]),
            "completed_at": instant(row["updated_at"]) if row["status"] == "completed" else None,
        }
        for row in recorded("recorded_workflow_runs.jsonl")
    ]
    on_default_branch = [row for row in rows if row["on_default_branch"]]
    return view(
        at=parse_instant(f"{day}T00:00:00Z"), workflow_runs=rows, default_branch_runs=on_default_branch, run_timeouts=[]
    )


@pytest.mark.parametrize(
    ("day", "still_open", "stale", "merged", "unmerged"),
    [
        ("2018-12-04", 0, 0, 1, 2),
        ("2019-07-27", 1, 1, 2, 0),
        ("2021-09-20", 3, 3, 2, 0),
        ("2022-02-15", 4, 3, 1, 0),
    ],
)
def test_pull_requests_are_counted_as_by_hand(
    day: str, still_open: int, stale: int, merged: int, unmerged: int
) -> None:
    seen = pull_requests_as_of(day)
    assert still_open == value("github.prs.open", seen)
    assert stale == value("github.prs.stale_count_14d", seen)
    assert merged == value("github.prs.merged_7d", seen)
    assert unmerged == value("github.prs.closed_without_merge_7d", seen)


@pytest.mark.parametrize(
    ("day", "mean", "p90"),
    [
        ("2018-12-04", 300.77306, 300.77306),
        ("2019-07-27", (44.31944 + 8.25556) / 2, 44.31944 - 0.1 * (44.31944 - 8.25556)),
        ("2021-09-20", (36.85 + 9.84361) / 2, 36.85 - 0.1 * (36.85 - 9.84361)),
        ("2022-02-15", 389.83778, 389.83778),
    ],
)
def test_times_to_merge_are_those_computed_by_hand(day: str, mean: float, p90: float) -> None:
    seen = pull_requests_as_of(day)
    assert mean == pytest.approx(value("github.prs.avg_time_to_merge_hours", seen), abs=1e-4)
    assert p90 == pytest.approx(value("github.prs.cycle_time_hours", seen), abs=1e-4)


@pytest.mark.parametrize(
    ("day", "runs", "failed", "flaky", "failed_workflows"),
    [
        ("2022-06-28", 7, 1, 3, 1),
        ("2022-07-02", 10, 2, 5, 1),
        ("2022-07-03", 7, 2, 2, 1),
        ("2022-07-10", 1, 0, 0, 0),
    ],
)
def test_runs_are_counted_as_by_hand(day: str, runs: int, failed: int, flaky: int, failed_workflows: int) -> None:
    seen = runs_as_of(day)
    assert runs == value("github.ci.workflow_runs_7d", seen)
    assert failed == value("github.ci.failed_runs_7d", seen)
    assert flaky == value("github.ci.flaky_checks_7d", seen)
    assert failed_workflows == value("github.ci.failed_workflows_7d", seen)
    assert 0 == value("github.ci.timeout_cancellations_7d", seen)


@pytest.mark.parametrize(
    ("day", "completed", "mean", "p50", "p90", "p99"),
    [
        ("2022-06-28", 5, 1.76333, 1.01667, 3.79333, 5.38933),
        # Seconds in order: 29, 32, 34, 61, 65, 68, 334, 393; p90 lies 0.3 of the way from 334 to 393
        ("2022-07-02", 8, 1016 / 480, 63 / 60, (334 + 0.3 * 59) / 60, (334 + 0.93 * 59) / 60),
        ("2022-07-03", 6, 1.775, 0.98333, 3.81667, 6.27667),
        ("2022-07-10", 1, 64 / 60, 64 / 60, 64 / 60, 64 / 60),
    ],
)
def test_durations_are_those_computed_by_hand(
    day: str, completed: int, mean: float, p50: float, p90: float, p99: float
) -> None:
    seen = runs_as_of(day)
    assert completed == measured("github.ci.duration_p90_minutes", seen).samples
    assert mean == pytest.approx(value("github.ci.avg_workflow_duration_minutes", seen), abs=1e-4)
    assert p50 == pytest.approx(value("github.ci.duration_p50_minutes", seen), abs=1e-4)
    assert p90 == pytest.approx(value("github.ci.duration_p90_minutes", seen), abs=1e-4)
    assert p99 == pytest.approx(value("github.ci.duration_p99_minutes", seen), abs=1e-4)


def test_runs_that_were_run_again_later_hide_their_first_conclusion() -> None:
    # On 2022-07-01 13:34 three runs of the window were run again; what their first attempts said is not recorded.
    seen = runs_as_of("2022-07-01")
    assert 10 == value("github.ci.workflow_runs_7d", seen)
    failed = measured("github.ci.failed_runs_7d", seen)
    assert (None, Reason.NOT_RECONSTRUCTIBLE) == (failed.value, failed.reason)
    assert "3 of 10" in failed.detail
    # First attempts cannot be flaky, and the default branch was not touched.
    assert 3 == value("github.ci.flaky_checks_7d", seen)
    assert 1 == value("github.ci.failed_workflows_7d", seen)


def test_the_default_branch_was_red_while_its_latest_lint_run_had_failed() -> None:
    assert 0 == value("github.ci.tests_passing_on_main", runs_as_of("2022-07-02"))
    # The failed push of 2022-06-27 leaves the 30 days; no push ran since.
    assert Reason.NO_DATA == measured("github.ci.tests_passing_on_main", runs_as_of("2022-08-01")).reason

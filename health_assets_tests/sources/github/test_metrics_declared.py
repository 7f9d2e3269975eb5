"""What the measures declare: exactly the metrics of the specification, each with unit, history and definition."""

from datetime import timedelta

from health_assets.model.metric import History
from health_assets.sources.github.metrics import FAMILIES
from health_assets.sources.github.records import KINDS
from health_assets_tests.sources.github.frames import METRICS

SPECIFIED = {
    "prs": {
        "github.prs.open": "pull_request",
        "github.prs.merged_7d": "pull_request",
        "github.prs.closed_without_merge_7d": "pull_request",
        "github.prs.avg_time_to_merge_hours": "hour",
        "github.prs.cycle_time_hours": "hour",
        "github.prs.stale_count_14d": "pull_request",
        "github.prs.with_review_comments_pct": "percent",
        "github.prs.avg_comments_per_pr": "comment",
        "github.prs.time_to_first_review_hours": "hour",
    },
    "branches": {"github.branches.active": "branch"},
    "commits": {
        "github.commits.total_7d": "commit",
        "github.commits.per_developer_7d": "commit",
        "github.commits.hotfix": "commit",
        "github.commits.reverts": "commit",
        "github.commits.force_merge_7d": "pull_request",
    },
    "code": {
        "github.code.lines_added_7d": "line",
        "github.code.lines_deleted_7d": "line",
        "github.code.files_changed_7d": "file",
    },
    "ci": {
        "github.ci.tests_passing_on_main": "boolean",
        "github.ci.benchmarks_passing": "ratio",
        "github.ci.workflow_runs_7d": "run",
        "github.ci.failed_runs_7d": "run",
        "github.ci.failed_workflows_7d": "workflow",
        "github.ci.timeout_cancellations_7d": "run",
        "github.ci.flaky_checks_7d": "run",
        "github.ci.avg_workflow_duration_minutes": "minute",
        "github.ci.duration_p50_minutes": "minute",
        "github.ci.duration_p90_minutes": "minute",
        "github.ci.duration_p99_minutes": "minute",
    },
    "developers": {"github.developers.active_7d": "developer"},
    "issues": {"github.issues.training_bugs": "issue"},
}


def test_the_families_hold_exactly_the_specified_metrics_and_units() -> None:
    declared = {family.name: {metric.name: metric.unit for metric in family.metrics} for family in FAMILIES}
    assert declared == SPECIFIED


def test_only_the_number_of_branches_cannot_be_reconstructed() -> None:
    recorded = [metric.name for metric in METRICS.values() if metric.history is History.RECORDED]
    assert recorded == ["github.branches.active"]


def test_every_metric_has_a_definition_that_ends_as_a_sentence() -> None:
    assert [] == [name for name, metric in METRICS.items() if not metric.definition.endswith(".")]


def test_no_metric_looks_further_back_than_its_kinds_are_collected() -> None:
    lookbacks = {kind.name: kind.lookback for kind in KINDS}
    beyond = [
        name
        for name, metric in METRICS.items()
        if any(window > lookbacks[kind] for kind, window in metric.needs.items())
    ]
    assert beyond == []


def test_weekly_metrics_need_a_week() -> None:
    short = [
        name
        for name, metric in METRICS.items()
        if name.endswith("_7d") and any(window != timedelta(days=7) for window in metric.needs.values())
    ]
    assert short == []

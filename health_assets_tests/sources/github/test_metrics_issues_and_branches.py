"""Training bugs as of T, and the recorded number of branches."""

from datetime import timedelta

from health_assets.model.reason import Reason
from health_assets.model.time import iso
from health_assets_tests.sources.github.frames import T, ago, issue, measured, settings, value, view

BUGS = "github.issues.training_bugs"
SECOND = timedelta(seconds=1)


def test_a_training_bug_carries_all_labels_in_any_case() -> None:
    since = iso(ago(days=9))
    rows = [
        issue(1, ago(days=9), labels=[["Training", since, None], ["BUG", since, None], ["other", since, None]]),
        issue(2, ago(days=9), labels=[["training", since, None]]),
        issue(3, ago(days=9), labels=[]),
    ]
    found = measured(BUGS, view(issues=rows))
    assert 1 == found.value
    assert ("#1 problem 1", "open for 9 days") == (found.evidence[0].label, found.evidence[0].note)


def test_labels_count_only_while_they_are_carried() -> None:
    created = ago(days=9)
    bug = ["bug", iso(created), None]
    rows = [
        issue(1, created, labels=[bug, ["training", iso(created), iso(T)]]),
        issue(2, created, labels=[bug, ["training", iso(created), iso(T + SECOND)]]),
        issue(3, created, labels=[bug, ["training", iso(T), None]]),
        issue(4, created, labels=[bug, ["training", iso(T + SECOND), None]]),
    ]
    assert ["#2", "#3"] == [piece.label[:2] for piece in measured(BUGS, view(issues=rows)).evidence]


def test_a_bug_counts_from_its_creation_until_its_closing() -> None:
    rows = [
        issue(1, T + SECOND),
        issue(2, ago(days=9), closures=[[iso(ago(days=1)), None]]),
        issue(3, ago(days=9), closures=[[iso(T + SECOND), None]]),
        issue(4, ago(days=9), closures=[[iso(ago(days=2)), iso(ago(days=1))]]),
    ]
    assert 2 == value(BUGS, view(issues=rows))


def test_unknown_closings_or_labels_are_missing_and_not_absent() -> None:
    for column in ("closures", "labels"):
        found = measured(BUGS, view(issues=[issue(1, ago(days=1)) | {column: None}, issue(2, ago(days=1))]))
        assert (None, Reason.TRUNCATED) == (found.value, found.reason)
        assert "1 of 2" in found.detail


def test_without_a_configured_label_there_is_nothing_to_measure() -> None:
    assert Reason.NO_DATA == measured(BUGS, view(configured=settings(training_bug_labels=[]))).reason


def test_the_default_branch_is_not_counted() -> None:
    snapshots = [{"key": "2026-03-09/branches", "total": 1158}, {"key": "2026-03-08/branches", "total": 3}]
    assert 1157 == value("github.branches.active", view(branches=snapshots))


def test_an_empty_repository_has_no_branch() -> None:
    assert 0 == value("github.branches.active", view(branches=[{"key": "2026-03-09/branches", "total": 0}]))


def test_branches_that_were_not_counted_on_the_day_cannot_be_reconstructed() -> None:
    for snapshots in ([{"key": "2026-03-10/branches", "total": 9}], [{"key": "2026-03-09/branches", "total": None}]):
        found = measured("github.branches.active", view(branches=snapshots))
        assert (None, Reason.NOT_RECONSTRUCTIBLE) == (found.value, found.reason)

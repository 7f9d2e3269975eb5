from datetime import timedelta

import pytest

from health_assets.model.metric import History
from health_assets.model.reason import Reason
from health_assets.sandbox.asana.world import Project
from health_assets.sources.asana.records import KINDS
from health_assets_tests.sources.asana.workspaces import DAY, METRICS, NOW, TODAY, Held, task, workspace

MILLISECOND = timedelta(milliseconds=1)
SPECIFIED = {
    "asana.projects.active": ("project", "recorded"),
    "asana.projects.on_track": ("project", "recorded"),
    "asana.projects.at_risk": ("project", "recorded"),
    "asana.projects.off_track": ("project", "recorded"),
    "asana.projects.bugs.triage_count": ("task", "recorded"),
    "asana.projects.bugs.active_count": ("task", "recorded"),
    "asana.projects.bugs.backlog_count": ("task", "recorded"),
    "asana.projects.bugs.other_count": ("task", "recorded"),
    "asana.projects.bugs.total_open": ("task", "reconstructed"),
    "asana.projects.bugs.completed_7d": ("task", "reconstructed"),
    "asana.projects.bugs.completed_30d": ("task", "reconstructed"),
    "asana.projects.bugs.created_7d": ("task", "reconstructed"),
    "asana.projects.bugs.avg_age_days": ("day", "reconstructed"),
    "asana.projects.bugs.oldest_bug_days": ("day", "reconstructed"),
}


def test_exactly_the_specified_metrics_are_declared():
    assert {name: (metric.unit, metric.history.value) for name, metric in METRICS.items()} == SPECIFIED


def test_every_metric_is_defined_and_looks_no_further_back_than_its_kind():
    lookbacks = {kind.name: kind.lookback for kind in KINDS}
    assert [] == [name for name, metric in METRICS.items() if not metric.definition.endswith(".")]
    assert [] == [
        name
        for name, metric in METRICS.items()
        if any(window > lookbacks[kind] for kind, window in metric.needs.items())
    ]


def test_recorded_metrics_rest_on_the_snapshot_of_the_day_alone():
    recorded = [metric for metric in METRICS.values() if metric.history is History.RECORDED]
    assert {"projects", "bug_sections"} == {kind for metric in recorded for kind in metric.needs}


def test_projects_are_counted_by_their_current_status(held_of):
    statuses = {"1": ["at_risk", "on_track"], "2": ["off_track"], "3": ["on_hold"], "4": []}
    plans = [
        Project(gid=gid, name=gid, statuses=[(NOW - DAY / (n + 1), one) for n, one in enumerate(given)])
        for gid, given in statuses.items()
    ]
    held = held_of(workspace(projects=[*plans, Project(gid="5", name="old", archived=True)]))
    # the bugs project is one of the active ones
    assert (5, 1, 0, 1) == tuple(held.measured(name).value for name in ("active", "on_track", "at_risk", "off_track"))


def test_open_bugs_are_counted_by_section_in_any_case(held_of):
    sections = ["Triage", "TRIAGE", "Active", "Backlog", "Later", ""]
    tasks = [task(n, moves=[(NOW - DAY, name)] if name else []) for n, name in enumerate(sections)]
    done = task(9, completed_at=NOW, moves=[(NOW - DAY, "Triage")])
    held = held_of(workspace(*tasks, done))
    names = ("triage_count", "active_count", "backlog_count", "other_count")
    assert (2, 1, 1, 2) == tuple(held.measured(f"bugs.{name}").value for name in names)
    moved = {"triage_sections": ["Later"], "backlog_sections": []}
    assert (1, 1, 0, 4) == tuple(held.measured(f"bugs.{name}", **moved).value for name in names)


def test_a_bug_is_open_from_its_creation_until_its_completion(held_of):
    bug = task(1, created=2, completed_at=NOW - DAY)
    held = held_of(workspace(bug))
    instants = [bug.created_at - MILLISECOND, bug.created_at, bug.completed_at - MILLISECOND, bug.completed_at]
    assert [0, 1, 1, 0] == [held.measured("bugs.total_open", at=at).value for at in instants]


@pytest.mark.parametrize(("name", "days"), [("completed_7d", 7), ("completed_30d", 30)])
def test_completions_count_in_a_half_open_window(held_of, name, days):
    done = task(1, created=20, completed_at=NOW - 10 * DAY)
    held = held_of(workspace(done))
    at = done.completed_at
    windows = [at - MILLISECOND, at, at + days * DAY - MILLISECOND, at + days * DAY]
    assert [0, 1, 1, 0] == [held.measured(f"bugs.{name}", at=instant).value for instant in windows]


def test_creations_count_whether_completed_since_or_not(held_of):
    held = held_of(workspace(task(1, created=1), task(2, created=6, completed_at=NOW - DAY), task(3, created=7)))
    assert 2 == held.measured("bugs.created_7d").value


def test_ages_are_those_at_t(held_of):
    held = held_of(workspace(task(1, created=4), task(2, created=10), task(3, created=40, completed_at=NOW - DAY)))
    assert (7, 10) == tuple(held.measured(f"bugs.{name}").value for name in ("avg_age_days", "oldest_bug_days"))
    two_days_ago = NOW - 2 * DAY
    assert 38 == held.measured("bugs.oldest_bug_days", at=two_days_ago).value


def test_the_oldest_bug_is_shown_with_its_link(held_of):
    (piece,) = held_of(workspace(task(1, created=4), task(2, created=10))).measured("bugs.oldest_bug_days").evidence
    assert ("bug 2", "open for 10 days", True) == (piece.label, piece.note, piece.url.endswith("/200/2"))


@pytest.mark.parametrize("name", ["avg_age_days", "oldest_bug_days"])
def test_the_age_of_no_bug_is_missing(held_of, name):
    found = held_of(workspace()).measured(f"bugs.{name}")
    assert (None, Reason.NO_DATA) == (found.value, found.reason)


def test_counts_over_nothing_are_zero():
    counts = [name for name, (unit, _) in SPECIFIED.items() if unit != "day"]
    assert {0} == {Held().measured(name.removeprefix("asana.projects.")).value for name in counts}


def test_the_sections_of_another_day_are_not_measured(held_of):
    held = held_of(workspace(task(1, moves=[(NOW - DAY, "Triage")])))
    assert (1, 0) == tuple(
        held.measured("bugs.triage_count", at=at).value for at in (TODAY.end, TODAY.end + timedelta(hours=1))
    )

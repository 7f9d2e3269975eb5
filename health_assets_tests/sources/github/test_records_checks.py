from datetime import UTC, datetime, timedelta

import pytest

from health_assets.sources.github.checks import CheckReading, merge_checks, rollup_at

MERGED = datetime(2026, 3, 1, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def check(name="test", *, began=-10, ended=-5, conclusion="SUCCESS", workflow=""):
    return CheckReading(
        name=name,
        workflow=workflow,
        started_at=MERGED + began * MINUTE,
        completed_at=None if ended is None else MERGED + ended * MINUTE,
        conclusion=conclusion,
    )


def state(*readings):
    return rollup_at(readings, at=MERGED)[0]


def test_no_check_at_all_is_none_and_not_success():
    assert rollup_at([], at=MERGED) == ("none", [])


def test_skipped_and_neutral_checks_are_successful():
    assert state(check(conclusion="SKIPPED"), check("lint", conclusion="NEUTRAL")) == "success"


@pytest.mark.parametrize("conclusion", ["FAILURE", "TIMED_OUT", "CANCELLED", "ACTION_REQUIRED", "STARTUP_FAILURE"])
def test_a_check_that_had_failed_makes_a_failure(conclusion):
    assert rollup_at([check(), check("lint", conclusion=conclusion)], at=MERGED) == ("failure", ["lint"])


def test_a_check_that_completed_after_the_merge_was_pending():
    assert state(check(ended=5, conclusion="FAILURE")) == "pending"


def test_a_check_that_never_completed_is_pending():
    assert state(check(ended=None, conclusion=None)) == "pending"


def test_failure_wins_over_pending():
    assert state(check(ended=None, conclusion=None), check("lint", conclusion="FAILURE")) == "failure"


def test_the_newest_run_of_a_check_begun_by_the_merge_decides():
    assert state(check(began=-30, ended=-20, conclusion="FAILURE"), check()) == "success"


def test_checks_of_two_workflows_with_one_name_are_two_checks():
    failed = check(began=-30, ended=-20, conclusion="FAILURE", workflow="lint")
    assert state(failed, check(workflow="tests")) == "failure"


def test_a_check_begun_after_the_merge_is_ignored():
    assert state(check(), check(began=1, ended=2, conclusion="FAILURE")) == "success"


def test_a_conclusion_nobody_knows_yet_is_not_success():
    assert state(check(), check("lint", conclusion="BRAND_NEW")) is None


def listing(*nodes):
    return {"nodes": list(nodes), "pageInfo": {"hasNextPage": False, "endCursor": None}}


def pull(*, runs=(), contexts=()):
    suite = {"id": "CS", "createdAt": "2026-03-01T11:00:00Z", "checkRuns": listing(*runs)}
    commit = {
        "checkSuites": listing(suite),
        "statusCheckRollup": {"contexts": listing(*contexts)} if contexts else None,
    }
    return {"commits": {"nodes": [{"commit": commit}]}}


def merge_state(**parts):
    return merge_checks(pull(**parts), number=1, merged_at=MERGED).data["state"]


def test_a_queued_check_run_counts_from_its_suite_on():
    queued = {"name": "gpu", "startedAt": None, "completedAt": None, "conclusion": None}
    assert merge_state(runs=[queued]) == "pending"


@pytest.mark.parametrize(("given", "expected"), [("SUCCESS", "success"), ("ERROR", "failure"), ("EXPECTED", "pending")])
def test_statuses_count_beside_check_runs(given, expected):
    context = {
        "__typename": "StatusContext",
        "context": "ci/old",
        "state": given,
        "createdAt": "2026-03-01T11:30:00Z",
    }
    assert merge_state(contexts=[context]) == expected

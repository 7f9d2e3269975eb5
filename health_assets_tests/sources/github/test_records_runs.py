import pytest

from health_assets.model.errors import ContractError
from health_assets.sources.github.runs import exceeded_time_limit, is_on_default_branch, run_attempt, run_timeout


def payload(**changes):
    return {
        "id": 11,
        "run_attempt": 1,
        "node_id": "WFR_11",
        "workflow_id": 3,
        "name": "tests",
        "path": ".github/workflows/tests.yml",
        "event": "push",
        "head_branch": "main",
        "status": "completed",
        "conclusion": "cancelled",
        "created_at": "2026-03-01T08:00:00Z",
        "run_started_at": "2026-03-01T08:00:10Z",
        "updated_at": "2026-03-01T08:10:00Z",
        "html_url": "https://example.invalid/11",
        "repository": {"id": 1},
        "head_repository": {"id": 1},
    } | changes


def attempt(**changes):
    return run_attempt(payload(**changes), default_branch="main")


def test_each_attempt_is_a_record_of_its_own():
    assert [attempt(run_attempt=number).key for number in (1, 2)] == ["11/1", "11/2"]


def test_a_running_attempt_has_not_completed():
    record = attempt(status="in_progress", conclusion=None)
    assert record.data["completed_at"] is None
    assert record.ends_at is None


def test_a_completed_reading_outranks_a_running_one_of_a_later_clock():
    running = attempt(status="in_progress", conclusion=None, updated_at="2026-03-01T08:59:00Z")
    assert running.version < attempt().version


def test_unknown_states_are_kept_in_lower_case():
    record = attempt(status="WAITING_FOR_GODOT", conclusion="NEW")
    assert (record.data["status"], record.data["conclusion"]) == ("waiting_for_godot", "new")


def test_the_first_attempt_without_a_start_began_when_it_was_created():
    assert attempt(run_started_at=None).data["started_at"] == attempt().data["created_at"]
    assert attempt(run_started_at=None, run_attempt=2).data["started_at"] is None


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, True),
        ({"head_branch": "topic"}, False),
        ({"event": "pull_request"}, False),
        ({"event": "pull_request_target"}, False),
        ({"head_repository": {"id": 2}}, False),
        ({"head_repository": None}, False),
    ],
)
def test_a_run_of_a_fork_or_a_pull_request_is_not_on_the_default_branch(changes, expected):
    assert is_on_default_branch(payload(**changes), default_branch="main") is expected


def test_a_run_without_a_creation_time_is_refused():
    with pytest.raises(ContractError, match="created_at is missing"):
        attempt(created_at=None)


def stopped(*messages, begun="2026-03-01T08:01:00Z", ended="2026-03-01T08:09:00Z", readable=True):
    notes = {"nodes": [{"message": message} for message in messages], "pageInfo": {"hasNextPage": False}}
    return {"startedAt": begun, "completedAt": ended, "annotations": notes if readable else None}


LIMIT = "The job has EXCEEDED the maximum  execution time of 360 minutes."


def test_an_annotation_about_the_time_limit_proves_a_timeout():
    assert exceeded_time_limit([stopped("The operation was canceled."), stopped(LIMIT)]) is True


def test_other_annotations_say_that_it_was_cancelled():
    assert exceeded_time_limit([stopped("Canceling since a higher priority request exists")]) is False


def test_unreadable_annotations_prove_nothing():
    assert exceeded_time_limit([stopped(readable=False)]) is None


def test_a_timeout_of_an_earlier_attempt_is_not_that_of_a_later_one():
    earlier = stopped(LIMIT, begun="2026-03-01T02:00:00Z", ended="2026-03-01T07:00:00Z")
    suite = {"checkRuns": {"nodes": [earlier, stopped("cancelled")], "pageInfo": {"hasNextPage": False}}}
    assert run_timeout(attempt(), suite).data["timed_out"] is False


def test_a_check_suite_that_is_gone_gives_no_row():
    assert run_timeout(attempt(), None) is None

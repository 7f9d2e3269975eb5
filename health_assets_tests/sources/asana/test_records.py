from datetime import UTC, datetime

import pytest

from health_assets.model.errors import ContractError
from health_assets.sources.asana.records import KINDS, bug, project
from health_assets_tests.sources.asana.workspaces import BUGS, TODAY

PROJECT = {"gid": "7", "name": "Plan", "archived": False, "permalink_url": "https://app.asana.com/0/7"}
TASK = {
    "gid": "9",
    "name": "It breaks",
    "permalink_url": "https://app.asana.com/0/200/9",
    "created_at": "2026-03-01T08:00:00.123Z",
    "completed": False,
    "completed_at": None,
    "modified_at": "2026-03-02T08:00:00.000Z",
    "memberships": [
        {"project": {"gid": "1"}, "section": {"gid": "2", "name": "Elsewhere"}},
        {"project": {"gid": BUGS}, "section": {"gid": "3", "name": "Triage"}},
    ],
}


def read(**changes):
    return bug(TASK | changes, project_gid=BUGS)


def status_of(update):
    return project(PROJECT | {"current_status_update": update}, day=TODAY).data["status"]


def test_a_bug_lives_from_its_creation_until_its_completion():
    done = read(completed=True, completed_at="2026-03-05T00:00:00.000Z")
    created = datetime(2026, 3, 1, 8, 0, 0, 123000, tzinfo=UTC)
    assert (created, datetime(2026, 3, 5, tzinfo=UTC)) == (done.starts_at, done.ends_at)
    assert (created, None) == (read().starts_at, read().ends_at)


def test_a_later_change_is_a_later_version():
    assert read(modified_at="2026-03-02T08:00:00.001Z").version > read().version


def test_the_section_is_that_of_the_bugs_project():
    assert "Triage" == read().data["section"]


@pytest.mark.parametrize("memberships", [[], [{"project": {"gid": BUGS}, "section": None}]])
def test_a_task_may_be_in_no_section(memberships):
    assert read(memberships=memberships).data["section"] is None


def test_records_have_the_columns_of_their_kinds():
    columns = {kind.name: set(kind.columns) for kind in KINDS}
    assert columns["bugs"] == set(read().data)
    assert columns["projects"] == set(project(PROJECT, day=TODAY).data)


@pytest.mark.parametrize(
    ("update", "expected"),
    [(None, "none"), ({"status_type": "on_hold"}, "on_hold"), ({"status_type": "Brand_New"}, "brand_new")],
)
def test_the_status_of_a_project_is_kept_as_it_is(update, expected):
    assert expected == status_of(update)


def test_an_archived_project_is_left_out():
    assert project(PROJECT | {"archived": True}, day=TODAY) is None


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"created_at": None}, "created_at is missing"),
        ({"created_at": "yesterday"}, "expected an ISO instant"),
        ({"completed": True}, "do not agree"),
        ({"memberships": None}, "memberships is missing"),
        ({"memberships": ["what"]}, "membership is str"),
        ({"gid": 9}, "gid is int, expected str"),
    ],
)
def test_what_cannot_be_read_is_named(changes, problem):
    with pytest.raises(ContractError, match=problem):
        read(**changes)

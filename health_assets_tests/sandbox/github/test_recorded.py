"""Worlds from recorded payloads."""

import json
from datetime import UTC, datetime

import pytest

from health_assets.model.errors import ConfigError
from health_assets.sandbox.github import view
from health_assets.sandbox.github.recorded import recorded_repositories

API = "https://api.github.com/repos/acme/rocket"
REPOSITORY = {"id": 5, "full_name": "acme/rocket"}
PULL = {
    "url": f"{API}/pulls/1",
    "html_url": "https://github.com/acme/rocket/pull/1",
    "number": 1,
    "title": "x",
    "user": None,
    "created_at": "2021-09-01T00:00:00Z",
    "updated_at": "2021-09-05T00:00:00Z",
    "closed_at": "2021-09-03T00:00:00Z",
    "merged_at": "2021-09-03T00:00:00Z",
    "merge_commit_sha": "c1",
    "labels": [{"name": "hotfix"}],
    "base": {"ref": "trunk", "repo": {"full_name": "acme/rocket", "default_branch": "trunk"}},
    "head": {"ref": "topic", "sha": "h1", "repo": None},
}
RUN = {
    "id": 9,
    "name": "tests",
    "status": "completed",
    "conclusion": "success",
    "event": "push",
    "head_branch": "trunk",
    "run_attempt": 3,
    "created_at": "2021-09-01T00:00:00Z",
    "run_started_at": "2021-09-04T00:00:00Z",
    "updated_at": "2021-09-04T01:00:00Z",
    "repository": REPOSITORY,
    "head_repository": None,
}
COMMIT = {
    "sha": "c1",
    "commit": {
        "author": {"name": "a", "email": "a@example.invalid", "date": "2021-09-03T01:00:00+02:00"},
        "committer": {"name": "GitHub", "date": "2021-09-03T00:30:00+02:00"},
        "message": "x (#1)",
    },
    "parents": ["c0"],
}


def day(number, hour=0):
    return datetime(2021, 9, number, hour, tzinfo=UTC)


@pytest.fixture
def record(tmp_path):
    """Writes rows into a file of the folder and reads the folder."""

    def write(**files):
        for name, rows in files.items():
            (tmp_path / f"{name}.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
        return recorded_repositories(tmp_path)

    return write


def only(recording):
    (world,) = recording.repositories.values()
    return world


def test_a_pull_request_is_open_until_it_was_merged(record):
    (pull,) = only(record(x_pulls=[PULL])).pulls
    assert ["OPEN", "MERGED"] == [view.state(pull, at=day(2)), view.state(pull, at=day(3))]


def test_the_name_and_the_default_branch_come_from_the_payloads(record):
    world = only(record(x_pulls=[PULL]))
    assert ("acme/rocket", "trunk") == (world.full_name, world.default_branch)


def test_links_lead_where_the_payloads_lead(record):
    assert "https://github.com/acme/rocket" == only(record(x_pulls=[PULL])).web_url


def test_rows_that_name_nothing_get_the_folder_s_name(record, tmp_path):
    assert [f"recorded/{tmp_path.name}"] == list(record(y_commits_2021=[COMMIT]).repositories)


def test_rows_that_name_nothing_belong_to_the_only_repository_of_the_folder(record):
    world = only(record(x_pulls=[PULL], y_commits=[COMMIT]))
    assert [1] == [commit.pull_request for commit in world.commits]


def test_two_repositories_in_a_folder_stay_apart(record):
    other = {**RUN, "repository": {"id": 6, "full_name": "acme/boat"}}
    assert {"acme/rocket", "acme/boat"} == set(record(all_workflow_runs=[RUN, other]).repositories)


def test_the_offset_of_a_committer_date_is_honoured(record):
    (commit,) = only(record(commits=[COMMIT])).commits
    assert datetime(2021, 9, 2, 22, 30, tzinfo=UTC) == commit.committed_at


def test_unrecorded_counts_stay_unknown(record):
    (commit,) = only(record(commits=[COMMIT])).commits
    assert (None, None, None) == (commit.additions, commit.deletions, commit.paths)


@pytest.mark.parametrize(
    ("at", "shown"),
    [
        (day(2), (2, "in_progress", None)),
        (day(4), (3, "in_progress", None)),
        (day(4, 1), (3, "completed", "success")),
    ],
)
def test_a_run_is_served_as_the_attempt_before_until_the_recorded_one_began(record, at, shown):
    (run,) = only(record(workflow_runs=[RUN])).runs
    state = view.run_state(run, at=at)
    assert shown == (state.attempt, state.status, state.conclusion)


def test_a_status_in_odd_case_is_kept(record):
    (run,) = only(record(workflow_runs=[{**RUN, "status": "COMPLETED"}])).runs
    assert "COMPLETED" == view.run_state(run, at=day(9)).status


def test_two_recorded_attempts_of_a_run_are_both_known(record):
    earlier = {**RUN, "run_attempt": 2, "run_started_at": "2021-09-02T00:00:00Z", "updated_at": "2021-09-02T01:00:00Z"}
    (run,) = only(record(workflow_runs=[RUN, {**earlier, "conclusion": "failure"}])).runs
    assert "failure" == view.run_state(run, at=day(3)).conclusion


def test_files_of_odd_statuses_are_not_read(record):
    assert () == only(record(x_workflow_runs_odd_status=[RUN], x_pulls=[PULL])).runs


def test_pull_requests_among_issues_are_no_issues(record):
    issue = {key: PULL[key] for key in ("url", "title", "created_at", "updated_at", "closed_at", "labels")} | {
        "number": 4
    }
    world = only(record(x_issues=[issue, {**issue, "number": 5, "pull_request": {"url": ""}}]))
    assert [4] == [found.number for found in world.issues]


def test_review_comments_count_in_their_review_or_make_one(record):
    pull_url = {"pull_request_url": f"{API}/pulls/1", "user": {"login": "b", "type": "User"}}
    review = {**pull_url, "id": 7, "state": "APPROVED", "submitted_at": "2021-09-02T05:00:00Z"}
    comments = [
        {**pull_url, "id": 1, "pull_request_review_id": 7, "created_at": "2021-09-02T04:00:00Z"},
        {**pull_url, "id": 2, "pull_request_review_id": 8, "created_at": "2021-09-02T06:00:00Z"},
    ]
    (pull,) = only(record(pulls=[PULL], pull_reviews=[review], pull_review_comments=comments)).pulls
    assert [(day(2, 5), 1), (day(2, 6), 1)] == [(found.at, found.comments) for found in pull.reviews]


def test_comments_find_their_pull_request(record):
    comment = {"issue_url": f"{API}/issues/1", "created_at": "2021-09-02T04:00:00Z", "user": {"login": "c[bot]"}}
    (pull,) = only(record(pulls=[PULL], issue_comments=[comment])).pulls
    assert [(day(2, 4), True)] == [(found.at, found.author.is_bot) for found in pull.comments]


def test_what_was_not_recorded_is_named(record):
    absent = record(x_pulls=[PULL]).absent
    assert {"workflow_runs", "commits", "branches"} <= set(absent)
    assert "pulls" not in absent


def test_a_row_without_what_it_needs_is_skipped_and_named(record):
    recording = record(x_pulls=[PULL, {"number": 2}])
    assert 1 == sum("x_pulls.jsonl:2: KeyError 'created_at'" in problem for problem in recording.skipped)


def test_a_line_that_is_no_json_is_told_with_its_place(record, tmp_path):
    (tmp_path / "x_pulls.jsonl").write_text("{}\n{\n")
    with pytest.raises(ConfigError, match="line 2"):
        record()


def test_a_folder_without_payloads_is_told(record):
    with pytest.raises(ConfigError, match="no recorded payloads"):
        record()

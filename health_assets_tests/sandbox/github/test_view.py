"""Nothing later than the clock shows."""

import pytest

from health_assets_tests.sandbox.small import HOUR, ISSUE, T, graphql, pull_field, runs_of

REPOSITORY = 'repository(owner:"acme",name:"rocket")'


@pytest.mark.parametrize(
    ("hours", "state"), [(-9, "OPEN"), (-7.5, "CLOSED"), (-7, "OPEN"), (-1, "OPEN"), (0, "MERGED"), (9, "MERGED")]
)
def test_a_pull_request_has_the_state_of_the_instant(server, client, hours, state):
    server.now = T + hours * HOUR
    assert state == pull_field(client, "state")["state"]


def test_a_pull_request_merged_later_has_no_merge_date(server, client):
    server.now = T - HOUR / 60
    assert {"mergedAt": None, "closedAt": None, "merged": False} == pull_field(client, "mergedAt closedAt merged")


def test_what_is_not_created_yet_does_not_exist(server, client):
    server.now = PULL_BIRTH = T - 11 * HOUR
    body = graphql(client, f"{{{REPOSITORY}{{pullRequests(first:5){{totalCount}} issues(first:5){{totalCount}}}}}}")
    assert {"pullRequests": {"totalCount": 0}, "issues": {"totalCount": 1}} == body["data"]["repository"]
    assert ISSUE.created_at < PULL_BIRTH


@pytest.mark.parametrize(
    ("hours", "updated"),
    [(-9.5, "02:00"), (-8, "04:00"), (-6.5, "05:00"), (-5, "07:00"), (-2, "10:00"), (1, "12:00")],
)
def test_updated_at_is_the_last_thing_that_happened(server, client, hours, updated):
    server.now = T + hours * HOUR
    assert f"2026-03-04T{updated}:00Z" == pull_field(client, "updatedAt")["updatedAt"]


@pytest.mark.parametrize(("hours", "names"), [(-9, ["hotfix"]), (-2, []), (-1, ["infra"])])
def test_labels_are_those_carried_at_the_instant(server, client, hours, names):
    server.now = T + hours * HOUR
    labels = pull_field(client, "labels(first:9){nodes{name}}")["labels"]["nodes"]
    assert names == [label["name"] for label in labels]


def test_reviews_and_comments_come_one_by_one(server, client):
    server.now = T - 4 * HOUR
    shown = pull_field(client, "reviews(first:9){totalCount} totalCommentsCount")
    assert {"reviews": {"totalCount": 1}, "totalCommentsCount": 3} == shown


@pytest.mark.parametrize(("hours", "state"), [(-5, None), (-3.5, "PENDING"), (-3, "FAILURE"), (-1, "SUCCESS")])
def test_the_rollup_follows_the_newest_checks(server, client, hours, state):
    server.now = T + hours * HOUR
    commits = pull_field(client, "commits(last:1){nodes{commit{statusCheckRollup{state}}}}")["commits"]["nodes"]
    rollup = commits[0]["commit"]["statusCheckRollup"]
    assert state == (rollup and rollup["state"])


@pytest.mark.parametrize(
    ("hours", "attempt", "status", "conclusion", "updated"),
    [
        (-4.5, 1, "in_progress", None, "07:00"),
        (-4, 1, "completed", "failure", "08:00"),
        (-1.5, 2, "in_progress", None, "10:00"),
        (-1, 2, "completed", "success", "11:00"),
    ],
)
def test_a_run_shows_its_newest_attempt_of_the_instant(server, client, hours, attempt, status, conclusion, updated):
    server.now = T + hours * HOUR
    run = next(run for run in runs_of(client)["workflow_runs"] if run["id"] == 71)
    shown = (run["run_attempt"], run["status"], run["conclusion"], run["updated_at"], run["created_at"])
    assert (attempt, status, conclusion, f"2026-03-04T{updated}:00Z", "2026-03-04T07:00:00Z") == shown


def test_a_commit_shows_when_it_is_pushed(server, client):
    server.now = T - HOUR
    history = "defaultBranchRef{target{... on Commit{history(first:5){nodes{oid}}}}}"
    body = graphql(client, f"{{{REPOSITORY}{{{history}}}}}")
    assert ["d" * 40] == [
        c["oid"] for c in body["data"]["repository"]["defaultBranchRef"]["target"]["history"]["nodes"]
    ]


@pytest.mark.parametrize(("hours", "count"), [(-10, 1), (-9, 3), (-1, 2)])
def test_branches_are_those_alive_and_the_default_one(server, client, hours, count):
    server.now = T + hours * HOUR
    body = graphql(client, f'{{{REPOSITORY}{{refs(refPrefix:"refs/heads/"){{totalCount}}}}}}')
    assert count == body["data"]["repository"]["refs"]["totalCount"]

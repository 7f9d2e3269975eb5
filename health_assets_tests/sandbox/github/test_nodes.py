"""Objects by node id, and what a workflow run's check suite tells."""

import pytest

from health_assets_tests.sandbox.small import HOUR, T, graphql, pull_field, runs_of

SUITE = "checkRuns(first:9,filterBy:{checkType:ALL}){nodes{conclusion annotations(first:5){nodes{message}}}}"


def suites(client, run_id, selection):
    run = next(run for run in runs_of(client)["workflow_runs"] if run["id"] == run_id)
    fragments = f"... on WorkflowRun{{checkSuite{{{selection}}}}} ... on CheckSuite{{{selection}}}"
    query = f"query($ids:[ID!]!){{nodes(ids:$ids){{{fragments}}}}}"
    through_run, suite = graphql(client, query, ids=[run["node_id"], run["check_suite_node_id"]])["data"]["nodes"]
    assert through_run["checkSuite"] == suite
    return suite


def test_a_time_out_is_told_by_an_annotation(client):
    (check,) = suites(client, 72, SUITE)["checkRuns"]["nodes"]
    assert "CANCELLED" == check["conclusion"]
    assert "exceeded the maximum execution time of 360 minutes" in check["annotations"]["nodes"][0]["message"]


def test_the_check_suite_keeps_the_check_runs_of_earlier_attempts(client):
    assert ["FAILURE", "SUCCESS"] == [check["conclusion"] for check in suites(client, 71, SUITE)["checkRuns"]["nodes"]]


def test_latest_leaves_the_newest_check_run_of_each_name(client):
    selection = "checkRuns(first:9,filterBy:{checkType:LATEST}){nodes{conclusion}}"
    assert [{"conclusion": "SUCCESS"}] == suites(client, 71, selection)["checkRuns"]["nodes"]


def test_check_runs_can_be_narrowed_by_conclusion(client):
    selection = "checkRuns(first:9,filterBy:{checkType:ALL,conclusions:[FAILURE]}){totalCount}"
    assert 1 == suites(client, 71, selection)["checkRuns"]["totalCount"]


def test_a_running_suite_has_no_conclusion(server, client):
    server.now = T - 1.5 * HOUR
    assert {"status": "IN_PROGRESS", "conclusion": None} == suites(client, 71, "status conclusion")


@pytest.mark.parametrize(
    ("path", "selection"),
    [
        ("id", "id"),
        ("commits.nodes.0.commit.id", "commits(last:1){nodes{commit{id}}}"),
        ("commits.nodes.0.commit.statusCheckRollup.id", "commits(last:1){nodes{commit{statusCheckRollup{id}}}}"),
        (
            "commits.nodes.0.commit.checkSuites.nodes.0.id",
            "commits(last:1){nodes{commit{checkSuites(first:1){nodes{id}}}}}",
        ),
        (
            "commits.nodes.0.commit.checkSuites.nodes.0.checkRuns.nodes.0.id",
            "commits(last:1){nodes{commit{checkSuites(first:1){nodes{checkRuns(first:1){nodes{id}}}}}}}",
        ),
    ],
)
def test_every_id_with_a_listing_below_it_can_be_asked_again(client, path, selection):
    found = pull_field(client, selection)
    for step in path.split("."):
        found = found[int(step) if step.isdigit() else step]
    assert {"data": {"node": {"id": found}}} == graphql(client, "query($id:ID!){node(id:$id){id}}", id=found)


def test_an_unknown_id_is_null_with_an_error_beside_it(client):
    body = graphql(client, 'query{nodes(ids:["PR_1_1"]){id}}')
    assert ({"nodes": [None]}, "NOT_FOUND") == (body["data"], body["errors"][0]["type"])


def test_more_than_a_hundred_ids_are_refused(client):
    body = graphql(client, "query($ids:[ID!]!){nodes(ids:$ids){id}}", ids=["PR_1_1"] * 101)
    assert "ARGUMENT_LIMIT" == body["errors"][0]["type"]

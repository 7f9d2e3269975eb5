"""GraphQL: connections, filters, errors as GitHub answers them."""

from dataclasses import replace

import pytest

from health_assets_tests.sandbox.small import COMMIT, HOUR, NAME, PULL, WORLD, T, graphql, pull_field

REPOSITORY = 'repository(owner:"acme",name:"rocket")'
PULLS = tuple(replace(PULL, number=n, created_at=T - n * HOUR, merged_at=None, closures=()) for n in range(1, 8))
EVENTS = (
    "timelineItems(first:9){nodes{__typename ... on LabeledEvent{createdAt label{name}} ... on ClosedEvent{createdAt}}}"
)


def numbers(connection):
    return [node["number"] for node in connection["nodes"]]


def history(client, selection):
    target = f"defaultBranchRef{{target{{... on Commit{{history{selection}}}}}}}"
    body = graphql(client, f"{{{REPOSITORY}{{{target}}}}}")
    return body["data"]["repository"]["defaultBranchRef"]["target"]["history"]


def pulls(client, arguments):
    selection = f"pullRequests({arguments}){{totalCount pageInfo{{hasNextPage endCursor}} nodes{{number}}}}"
    return graphql(client, f"{{{REPOSITORY}{{{selection}}}}}")["data"]["repository"]["pullRequests"]


class TestConnections:
    @pytest.fixture
    def worlds(self):
        return {NAME: replace(WORLD, pulls=PULLS)}

    def test_pages_follow_each_other(self, client):
        first = pulls(client, "first:3")
        second = pulls(client, f'first:3,after:"{first["pageInfo"]["endCursor"]}"')
        third = pulls(client, f'first:3,after:"{second["pageInfo"]["endCursor"]}"')
        assert [[7, 6, 5], [4, 3, 2], [1]] == [numbers(page) for page in (first, second, third)]
        assert [True, True, False] == [page["pageInfo"]["hasNextPage"] for page in (first, second, third)]

    def test_last_takes_the_end(self, client):
        assert [2, 1] == numbers(pulls(client, "last:2"))

    def test_the_order_can_be_turned(self, client):
        assert [1, 2] == numbers(pulls(client, "first:2,orderBy:{field:CREATED_AT,direction:DESC}"))

    def test_states_and_labels_narrow(self, client):
        assert 0 == pulls(client, "first:2,states:[MERGED]")["totalCount"]
        assert (7, 0) == tuple(pulls(client, f'first:2,labels:["{name}"]')["totalCount"] for name in ("infra", "x"))


@pytest.mark.parametrize(
    ("arguments", "kind"),
    [
        ("first:101", "EXCESSIVE_PAGINATION"),
        ("", "MISSING_PAGINATION_BOUNDARIES"),
        ('first:1,after:"?"', "INVALID_CURSOR_ARGUMENTS"),
    ],
)
def test_bounds_of_connections_are_enforced(client, arguments, kind):
    arguments = f"({arguments})" if arguments else ""
    body = graphql(client, f"{{{REPOSITORY}{{pullRequests{arguments}{{nodes{{number}}}}}}}}")
    assert [kind] == [error["type"] for error in body["errors"]]


def test_a_total_needs_no_bounds(client):
    body = graphql(client, f"{{{REPOSITORY}{{pullRequests{{totalCount}}}}}}")
    assert {"data": {"repository": {"pullRequests": {"totalCount": 1}}}} == body


def test_a_query_for_too_many_nodes_is_refused(client):
    nested = "pullRequests(first:100){nodes{reviews(first:100){nodes{comments(first:100){nodes{id}}}}}}"
    body = graphql(client, f"{{{REPOSITORY}{{{nested}}}}}")
    assert "MAX_NODE_LIMIT_EXCEEDED" == body["errors"][0]["type"]
    assert "1,010,100" in body["errors"][0]["message"]


def test_the_cost_grows_with_the_connections(client):
    nested = "pullRequests(first:100){nodes{reviews(first:1){nodes{id}} comments(first:1){nodes{id}}}}"
    body = graphql(client, f"{{rateLimit{{cost nodeCount}} {REPOSITORY}{{{nested}}}}}")
    assert {"cost": 2, "nodeCount": 300} == body["data"]["rateLimit"]


def test_a_field_outside_the_schema_is_an_error_with_http_200(client):
    body = graphql(client, f"{{{REPOSITORY}{{stargazers}}}}")
    assert "data" not in body
    assert "stargazers" in body["errors"][0]["message"]


def test_an_unknown_repository_is_not_found(client):
    body = graphql(client, '{repository(owner:"acme",name:"x"){name}}')
    assert ({"repository": None}, "NOT_FOUND") == (body["data"], body["errors"][0]["type"])


def test_a_body_that_is_no_query_is_refused(client):
    assert 400 == client.post("/graphql", content=b"{").status_code


def test_a_commit_without_counts_is_null_with_an_error_beside_it(worlds, client):
    worlds[NAME] = replace(WORLD, commits=(COMMIT, replace(COMMIT, sha="e" * 40, additions=None)))
    listing = "defaultBranchRef{target{... on Commit{history(first:5){totalCount nodes{additions}}}}}"
    body = graphql(client, f"{{{REPOSITORY}{{{listing}}}}}")
    shown = body["data"]["repository"]["defaultBranchRef"]["target"]["history"]
    assert {"totalCount": 2, "nodes": [{"additions": 10}, None]} == shown
    assert ["The additions count for this commit is unavailable."] == [error["message"] for error in body["errors"]]


def test_a_commit_leads_to_its_pull_request(client):
    (node,) = history(client, "(first:1){nodes{associatedPullRequests(first:1){nodes{number}}}}")["nodes"]
    assert [1] == numbers(node["associatedPullRequests"])


def test_history_is_bounded_by_inclusive_committer_dates(client):
    instant = "2026-03-03T06:00:00Z"
    assert 1 == history(client, f'(since:"{instant}",until:"{instant}"){{totalCount}}')["totalCount"]


def test_the_timeline_tells_labelling_and_closing_in_order(client):
    kinds = [node["__typename"] for node in pull_field(client, EVENTS)["timelineItems"]["nodes"]]
    events = [
        "LabeledEvent",
        "ClosedEvent",
        "ReopenedEvent",
        "UnlabeledEvent",
        "LabeledEvent",
        "ClosedEvent",
        "MergedEvent",
    ]
    assert events == kinds


def test_the_timeline_can_be_narrowed(client):
    shown = pull_field(client, "timelineItems(first:9,itemTypes:[CLOSED_EVENT]){totalCount}")
    assert 2 == shown["timelineItems"]["totalCount"]


def test_a_bot_s_login_has_no_suffix_here(client):
    (review, _) = pull_field(client, "reviews(first:2){nodes{author{__typename login}}}")["reviews"]["nodes"]
    assert {"__typename": "Bot", "login": "tidy"} == review["author"]


def test_issues_can_be_read_since_their_last_update(client):
    issues = 'issues(first:5,filterBy:{since:"2026-03-04T10:00:00Z"}){totalCount}'
    assert 1 == graphql(client, f"{{{REPOSITORY}{{{issues}}}}}")["data"]["repository"]["issues"]["totalCount"]

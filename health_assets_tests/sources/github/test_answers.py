import pytest

from health_assets.model.errors import Cause
from health_assets.sources.answers import RequestFailed
from health_assets.sources.github.answers import data_of

WHAT = "acme/rocket: POST /graphql"


def graphql(*errors, data=None):
    return data_of({"data": {"repository": {}} if data is None else data, "errors": list(errors)}, what=WHAT)


@pytest.mark.parametrize(
    ("error", "cause"),
    [
        ({"type": "RATE_LIMITED", "message": "API rate limit exceeded"}, Cause.RATE_LIMITED),
        ({"type": "NOT_FOUND", "path": ["repository"], "message": "Could not resolve"}, Cause.NOT_FOUND),
        ({"type": "FORBIDDEN", "message": "Resource not accessible"}, Cause.PERMISSION),
        ({"message": "Something went wrong while executing your query"}, Cause.SERVER_ERROR),
        ({"message": "Field 'x' does not exist"}, Cause.INCOMPLETE),
    ],
)
def test_partial_data_with_an_error_is_a_failure(error, cause):
    with pytest.raises(RequestFailed) as caught:
        graphql(error)
    assert cause is caught.value.cause


def test_lines_that_cannot_be_counted_leave_the_rest_usable():
    error = {"path": ["repository", "defaultBranchRef", "target", "history", "nodes", 3, "additions"], "message": "no"}
    assert graphql(error) == ({"repository": {}}, True)


def test_a_node_that_is_gone_leaves_the_others_usable():
    error = {"type": "NOT_FOUND", "path": ["nodes", 1], "message": "Could not resolve to a node"}
    assert graphql(error, data={"nodes": [{"id": "a"}, None]}) == ({"nodes": [{"id": "a"}, None]}, False)


def test_an_answer_that_is_no_graphql_answer_is_a_failure():
    with pytest.raises(RequestFailed, match="not a GraphQL answer"):
        data_of(["a proxy"], what=WHAT)

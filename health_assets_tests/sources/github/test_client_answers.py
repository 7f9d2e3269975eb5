import json

import pytest

from health_assets.model.errors import Cause
from health_assets.sources.github.answers import Received, RequestFailed, data_of, payload_of

WHAT = "acme/rocket: GET /repos/acme/rocket/actions/runs"


def failure(status, message="no", **headers):
    answer = Received(
        status=status,
        headers={name.replace("_", "-"): value for name, value in headers.items()},
        text=json.dumps({"message": message}),
    )
    with pytest.raises(RequestFailed) as caught:
        payload_of(answer, what=WHAT)
    return caught.value


@pytest.mark.parametrize(
    ("status", "cause"),
    [
        (401, Cause.AUTHENTICATION),
        (403, Cause.PERMISSION),
        (404, Cause.NOT_FOUND),
        (429, Cause.RATE_LIMITED),
        (422, Cause.BAD_PAYLOAD),
        (301, Cause.BAD_PAYLOAD),
        (500, Cause.SERVER_ERROR),
        (502, Cause.SERVER_ERROR),
    ],
)
def test_every_bad_status_has_its_cause_and_a_hint(status, cause):
    error = failure(status)
    assert (cause, True) == (error.cause, bool(error.hint))
    assert error.message.startswith(f"{WHAT}: HTTP {status}")


def test_a_used_up_quota_is_not_a_missing_permission():
    error = failure(403, "API rate limit exceeded", x_ratelimit_remaining="0", x_ratelimit_reset="1772355600")
    assert error.cause is Cause.RATE_LIMITED
    assert "resets at 2026-03-01T09:00:00Z" in error.message


def test_only_a_short_retry_after_is_worth_waiting_for():
    assert failure(429, retry_after="3").retry_in == 3
    assert failure(429, retry_after="60").retry_in is None
    assert failure(429, retry_after="Wed, 21 Oct 2026 07:28:00 GMT").retry_in is None
    assert failure(429).retry_in is None


def test_a_server_error_is_tried_again_unless_it_asks_for_a_long_wait():
    assert failure(502).retry_in == 0
    assert failure(503, retry_after="120").retry_in is None
    assert failure(501).retry_in is None


@pytest.mark.parametrize(
    ("text", "shape"),
    [("<html></html>", "an HTML page"), ('{"total_count": 3, "workf', "cut or broken"), ("", "an empty body")],
)
def test_a_good_status_with_a_bad_body_is_a_failure(text, shape):
    with pytest.raises(RequestFailed, match=shape) as caught:
        payload_of(Received(status=200, headers={}, text=text), what=WHAT)
    assert caught.value.cause is Cause.BAD_PAYLOAD


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

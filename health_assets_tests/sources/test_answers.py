import json

import pytest

from health_assets.model.errors import Cause
from health_assets.sources.answers import Received, RequestFailed, payload_of

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
def test_every_bad_status_has_its_cause(status, cause):
    error = failure(status)
    assert cause is error.cause
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


def test_a_quota_that_is_free_again_within_seconds_is_waited_for():
    assert failure(429, x_ratelimit_reset="3").retry_in == 3
    assert failure(429, x_ratelimit_reset="1800").retry_in is None
    assert "resets in 1800 s" in failure(429, x_ratelimit_reset="1800").message


def test_a_quota_may_tell_the_instant_of_its_reset():
    headers = {"x-ratelimit-reset": "1772355600"}
    answer = Received(status=429, headers=headers, text="", at=1772355598.0)
    with pytest.raises(RequestFailed) as caught:
        payload_of(answer, what=WHAT)
    assert caught.value.retry_in == 2


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

import pytest

from health_assets.model.errors import Cause
from health_assets.sources.wandb.answers import HINTS, failure_of

GIVEN_UP = "POST http://127.0.0.1:1/graphql giving up after 2 attempt(s)"


@pytest.mark.parametrize(
    ("text", "status", "cause", "says"),
    [
        ("user is not logged in", 401, Cause.AUTHENTICATION, "HTTP 401: user is not logged in"),
        ("permission denied", 403, Cause.PERMISSION, "HTTP 403"),
        ("nothing here", 404, Cause.NOT_FOUND, "HTTP 404"),
        ("bad query", 400, Cause.BAD_PAYLOAD, "HTTP 400: bad query"),
        (f"{GIVEN_UP}\nwhile retrying: HTTP 429: slow down", 0, Cause.RATE_LIMITED, "HTTP 429: slow down"),
        (f"{GIVEN_UP}\nwhile retrying: HTTP 502: <html>x", 0, Cause.SERVER_ERROR, "HTTP 502, an HTML page"),
        (f"{GIVEN_UP}: dial tcp: connect: connection refused", 0, Cause.UNREACHABLE, "refused"),
        ("dial tcp: lookup nowhere: no such host", 0, Cause.UNREACHABLE, "cannot be resolved"),
        ("the service process is busy and did not respond in time.", 0, Cause.UNREACHABLE, "within 3 s"),
        ("request canceled (Client.Timeout while reading body)", 0, Cause.UNREACHABLE, "within 3 s"),
        ("unexpected EOF", 0, Cause.INCOMPLETE, "broke off"),
        ("invalid character '<' looking for beginning of value", 0, Cause.BAD_PAYLOAD, "not JSON"),
        ("input: project API rate limit exceeded\n", 0, Cause.RATE_LIMITED, "GraphQL error"),
        ("input: project permission denied\n", 0, Cause.PERMISSION, "GraphQL error"),
        ("input: project.runs something went wrong\n", 0, Cause.INCOMPLETE, "something went wrong"),
        ("a text nobody has seen", 0, Cause.UNREACHABLE, "a text nobody has seen"),
    ],
)
def test_what_wandb_core_says_becomes_one_cause(text, status, cause, says):
    found, said = failure_of(text, status=status, seconds=3)
    assert (cause, True) == (found, says in said)


def test_every_cause_comes_with_what_to_do():
    assert {Cause.BUG} == set(Cause) - set(HINTS)

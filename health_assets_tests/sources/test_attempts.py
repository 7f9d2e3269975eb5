"""What is asked again, how long is waited, and what a failure tells."""

import time
from collections.abc import Callable

import pytest

from health_assets.model.errors import Cause, SourceError
from health_assets.model.source import Meter
from health_assets.sources.answers import Received
from health_assets.sources.attempts import TRIES, Attempts, connection_problem

SECRET = "s3cr3t"
OK = Received(status=200, headers={}, text='{"count": 3}')


class Broken(Exception):
    """What a client library raises when a connection fails."""


class Server:
    """Gives its answers one after another, the last one again and again."""

    def __init__(self, *answers: Received | Exception) -> None:
        self._answers = list(answers)

    def __call__(self) -> Received:
        answer = self._answers.pop(0) if len(self._answers) > 1 else self._answers[0]
        if isinstance(answer, Exception):
            raise answer
        return answer


def refusal(status: int, text: str = "", **headers: str) -> Received:
    return Received(
        status=status, headers={name.replace("_", "-"): value for name, value in headers.items()}, text=text
    )


@pytest.fixture
def waits() -> list[float]:
    return []


@pytest.fixture
def attempts(waits: list[float]) -> Callable[..., Attempts]:
    def made(*, seconds: float = 30.0) -> Attempts:
        return Attempts(
            scope="prod",
            deadline=time.monotonic() + seconds,
            meter=Meter(),
            broken=Broken,
            hints={Cause.PERMISSION: "ask for access"},
            secrets=(SECRET,),
            sleep=waits.append,
        )

    return made


def failure(attempts: Attempts, server: Server) -> SourceError:
    with pytest.raises(SourceError) as caught:
        attempts.read(server, what="GET /things")
    return caught.value


def test_every_request_is_counted_by_what_was_asked(attempts: Callable[..., Attempts]) -> None:
    asking = attempts()
    assert {"count": 3} == asking.read(Server(refusal(502), OK), what="GET /things")
    assert {"GET /things": 2} == asking.meter.sent


@pytest.mark.parametrize("answer", [refusal(500), refusal(503), Broken("refused")])
def test_what_may_pass_is_asked_again_with_short_pauses(
    attempts: Callable[..., Attempts], waits: list[float], answer: Received | Exception
) -> None:
    assert TRIES == failure(attempts(), Server(answer)).requests
    assert TRIES - 1 == len(waits)
    assert max(waits) < 1


@pytest.mark.parametrize("status", [400, 401, 403, 404, 422, 501])
def test_what_stays_is_asked_once(attempts: Callable[..., Attempts], status: int) -> None:
    assert 1 == failure(attempts(), Server(refusal(status))).requests


def test_a_short_retry_after_is_waited_for(attempts: Callable[..., Attempts], waits: list[float]) -> None:
    attempts().read(Server(refusal(429, retry_after="2"), OK), what="GET /things")
    assert [True] == [2 <= wait < 3 for wait in waits]


def test_a_quota_that_is_free_again_within_seconds_is_waited_for(
    attempts: Callable[..., Attempts], waits: list[float]
) -> None:
    attempts().read(Server(refusal(429, x_ratelimit_reset="3"), OK), what="GET /things")
    assert [True] == [3 <= wait < 4 for wait in waits]


def test_nothing_sleeps_until_a_quota_resets(attempts: Callable[..., Attempts], waits: list[float]) -> None:
    error = failure(attempts(), Server(refusal(429, retry_after="600")))
    assert (Cause.RATE_LIMITED, []) == (error.cause, waits)


def test_a_repetition_that_could_not_end_before_the_deadline_is_not_begun(
    attempts: Callable[..., Attempts], waits: list[float]
) -> None:
    assert 1 == failure(attempts(seconds=0.9), Server(refusal(502))).requests
    assert [] == waits


def test_nothing_is_sent_after_the_deadline(attempts: Callable[..., Attempts]) -> None:
    error = failure(attempts(seconds=-1), Server(OK))
    assert (Cause.DEADLINE, 0) == (error.cause, error.requests)
    assert "deadline_seconds" in error.hint


def test_a_failure_names_the_scope_and_says_what_to_do(attempts: Callable[..., Attempts]) -> None:
    error = failure(attempts(), Server(refusal(403)))
    assert ("prod: GET /things: HTTP 403", "ask for access") == (error.message, error.hint)


def test_no_message_shows_a_secret(attempts: Callable[..., Attempts]) -> None:
    error = failure(attempts(), Server(refusal(403, text=f'{{"message": "{SECRET} is not allowed"}}')))
    assert "*** is not allowed" in error.message
    assert SECRET not in str(error)


def test_an_error_that_is_no_failed_connection_goes_through(attempts: Callable[..., Attempts]) -> None:
    with pytest.raises(KeyError):
        attempts().read(Server(KeyError("a bug")), what="GET /things")


class ReadTimeout(Exception):
    """Named as those of the client libraries are."""


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (Broken("[Errno 111] Connection refused by 10.0.0.1"), "the connection was refused"),
        (Broken("Name or service not known: internal.example"), "the host name cannot be resolved"),
        (Broken("certificate verify failed"), "the certificate was not accepted, or TLS is not spoken there"),
        (ReadTimeout("read timed out on /things?key=1"), "no answer in time"),
        (Broken("something else"), "the connection failed (Broken)"),
    ],
)
def test_a_broken_connection_is_told_without_addresses(error: Exception, told: str) -> None:
    assert told == connection_problem(error)

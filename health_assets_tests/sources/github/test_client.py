import time

import pytest

from health_assets.model.errors import Cause, SourceError
from health_assets.sandbox import faults
from health_assets.sandbox.github.world import Repository
from health_assets.sources.github.client import Client
from health_assets.sources.github.doctor import ACCESS, diagnose
from health_assets.sources.github.settings import Settings

RUNS = "/repos/acme/rocket/actions/runs"
WORLD = Repository(full_name="acme/rocket")
WHO = {"owner": "acme", "name": "rocket"}


class Waits(list[float]):
    """Stands in for sleeping: remembers how long."""

    def __call__(self, seconds: float) -> None:
        self.append(seconds)


@pytest.fixture
def server(serve):
    return serve(WORLD)


def client_of(settings, *, waits=None, seconds=60.0):
    return Client(
        settings, scope="acme/rocket", deadline=time.monotonic() + seconds, sleep=Waits() if waits is None else waits
    )


@pytest.mark.parametrize(
    "fault",
    [
        faults.bad_gateway(),
        faults.refused(500, "oops"),
        faults.refused(503, "busy", headers={"retry-after": "1"}),
        faults.broken_connection(),
        faults.too_many_requests(retry_after=2),
    ],
)
def test_a_passing_trouble_is_tried_again_and_counted(server, settings_for, fault):
    server.faults.add(fault, path=RUNS, times=2)
    client = client_of(settings_for(server))
    assert client.get(RUNS)["total_count"] == 0
    assert (client.requests, len(server.requests)) == (3, 3)


@pytest.mark.parametrize(
    ("fault", "cause", "requests"),
    [
        (faults.unauthorized(), Cause.AUTHENTICATION, 1),
        (faults.not_found(), Cause.NOT_FOUND, 1),
        (faults.refused(403, "Resource not accessible by personal access token"), Cause.PERMISSION, 1),
        (faults.quota_exhausted(), Cause.RATE_LIMITED, 1),
        (faults.secondary_limit(), Cause.RATE_LIMITED, 1),
        (faults.too_many_requests(), Cause.RATE_LIMITED, 1),
        (faults.too_many_requests(retry_after=600), Cause.RATE_LIMITED, 1),
        (faults.cut_json(), Cause.BAD_PAYLOAD, 1),
        (faults.bad_gateway(), Cause.SERVER_ERROR, 3),
        (faults.broken_connection(), Cause.UNREACHABLE, 3),
    ],
)
def test_a_lasting_trouble_is_told_with_its_cause(server, settings_for, fault, cause, requests):
    server.faults.add(fault)
    with pytest.raises(SourceError, match=f"acme/rocket: GET {RUNS}") as caught:
        client_of(settings_for(server)).get(RUNS)
    assert (cause, requests, True) == (caught.value.cause, caught.value.requests, bool(caught.value.hint))


@pytest.mark.parametrize(
    ("fault", "cause", "requests"),
    [
        (faults.graphql_rate_limited(), Cause.RATE_LIMITED, 1),
        (faults.graphql_partial("Resource not accessible by integration"), Cause.PERMISSION, 1),
        (faults.graphql_partial(), Cause.SERVER_ERROR, 3),
        (faults.bad_gateway(), Cause.SERVER_ERROR, 3),
    ],
)
def test_a_graphql_failure_is_told_even_with_http_200(server, settings_for, fault, cause, requests):
    server.faults.add(fault)
    with pytest.raises(SourceError) as caught:
        client_of(settings_for(server)).graphql(ACCESS, WHO)
    assert (cause, requests) == (caught.value.cause, caught.value.requests)


def test_a_short_retry_after_is_waited_for(server, settings_for):
    server.faults.add(faults.too_many_requests(retry_after=3), times=1)
    waits = Waits()
    client_of(settings_for(server), waits=waits).get(RUNS)
    assert [3] == [int(seconds) for seconds in waits]


def test_nothing_is_tried_again_when_it_would_not_fit_into_the_deadline(server, settings_for):
    server.faults.add(faults.bad_gateway())
    with pytest.raises(SourceError) as caught:
        client_of(settings_for(server), seconds=0.9).get(RUNS)
    assert caught.value.requests == 1


def test_no_request_is_sent_after_the_deadline(server, settings_for):
    with pytest.raises(SourceError) as caught:
        client_of(settings_for(server), seconds=-1).get(RUNS)
    assert (caught.value.cause, server.requests) == (Cause.DEADLINE, [])


def test_a_repeated_query_asks_for_less(server, settings_for):
    server.faults.add(faults.bad_gateway(), times=2)
    client = client_of(settings_for(server))
    answer = client.graphql(ACCESS, WHO | {"size": 40}, smaller=lambda asked: {**asked, "size": asked["size"] // 2})
    assert answer.variables["size"] == 10


def test_a_silent_server_is_given_up(server, settings_for):
    server.faults.add(faults.delayed(30))
    with pytest.raises(SourceError, match="no answer in time") as caught:
        client_of(settings_for(server, read_timeout_seconds=0.1)).get(RUNS)
    assert (caught.value.cause, caught.value.requests) == (Cause.UNREACHABLE, 3)


def test_a_refused_connection_is_told_as_such(server, settings_for):
    settings = settings_for(server)
    server.stop()
    with pytest.raises(SourceError, match="the connection was refused"):
        client_of(settings).get(RUNS)


def test_a_token_is_sent_and_never_told(server, settings_for, monkeypatch):
    monkeypatch.setenv("A_TOKEN", "t0ps3cret")
    echo = faults.refused(403, "t0ps3cret may not do this")
    server.faults.add(echo)
    with pytest.raises(SourceError, match=r"\*\*\* may not do this") as caught:
        client_of(settings_for(server, token={"env": "A_TOKEN"})).get(RUNS)
    assert "t0ps3cret" not in str(caught.value)


def test_a_key_that_is_no_pem_key_is_told_without_showing_it(server, settings_for, monkeypatch):
    monkeypatch.setenv("A_KEY", "not a key")
    app = {"id": 1, "installation_id": 2, "private_key": {"env": "A_KEY"}}
    with pytest.raises(SourceError, match="private key is not a PEM key") as caught:
        client_of(settings_for(server, app=app))
    assert caught.value.cause is Cause.AUTHENTICATION
    assert "not a key" not in str(caught.value)


def test_an_app_signs_in_with_one_counted_request(server, settings_for, monkeypatch):
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric import rsa

    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    plain = serialization.NoEncryption()
    pem = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, plain)
    monkeypatch.setenv("A_KEY", pem.decode())
    app = {"id": 1, "installation_id": 2, "private_key": {"env": "A_KEY"}}
    client = client_of(settings_for(server, app=app))
    client.get(RUNS)
    assert client.requests == len(server.requests) == 2


def test_the_doctor_finds_nothing_wrong_with_the_sandbox(server, settings_for):
    assert [check.ok for check in diagnose(settings_for(server))] == [True] * 5


def test_the_doctor_says_what_to_do_about_a_missing_permission(server, settings_for):
    server.faults.add(faults.refused(403, "Resource not accessible"), path="/actions/runs")
    failed = [check for check in diagnose(settings_for(server)) if not check.ok]
    assert ["github: acme/rocket: Actions"] == [check.name for check in failed]
    assert "actions" in failed[0].hint


def test_the_doctor_names_an_unset_variable(monkeypatch):
    monkeypatch.delenv("A_TOKEN", raising=False)
    checks = diagnose(Settings(repositories=("acme/rocket",), token={"env": "A_TOKEN"}))
    assert [(False, True)] == [(check.ok, "A_TOKEN" in check.detail) for check in checks]

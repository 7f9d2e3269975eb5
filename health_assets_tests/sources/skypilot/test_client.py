"""The client against real HTTP: retries, failures told with their cause, deadlines, secrets."""

import socket
import time

import pytest

from health_assets.model.errors import Cause, ConfigError, SourceError
from health_assets.sandbox import faults
from health_assets.sandbox.exchange import Reply
from health_assets.sandbox.skypilot import Cluster, World
from health_assets.sources.skypilot import SOURCE
from health_assets.sources.skypilot.client import Client
from health_assets.sources.skypilot.doctor import diagnose
from health_assets.sources.skypilot.fetch import CLUSTER_CHOICE, QUEUE, STATUS
from health_assets.sources.skypilot.settings import Settings

SECRET = "sky_do-not-show"


def client_of(settings, *, seconds=60.0, waits=None):
    sleep = (lambda _: None) if waits is None else waits.append
    return Client(settings, deadline=time.monotonic() + seconds, sleep=sleep)


def jobs_of(client):
    return client.result(client.submit(QUEUE, {"all_users": True}), of=QUEUE)


def test_a_read_is_submitted_and_waited_for(api, server, settings_for):
    with client_of(settings_for()) as client:
        assert {"jobs": [], "total": 0} == {name: jobs_of(client)[name] for name in ("jobs", "total")}
    assert ["/skypilot/jobs/queue/v2", "/skypilot/api/get"] == [entry.path for entry in server.requests[:2]]


@pytest.mark.parametrize(
    "fault",
    [faults.bad_gateway(), faults.refused(500, "oops"), faults.broken_connection(), faults.too_many_requests(2)],
)
@pytest.mark.parametrize("path", ["/jobs/queue/v2", "/api/get"])
def test_a_passing_trouble_is_tried_again_and_counted(api, server, settings_for, path, fault):
    server.faults.add(fault, path=path, times=2)
    with client_of(settings_for()) as client:
        assert 0 == jobs_of(client)["total"]
        assert (4, 4) == (client.requests, len(server.requests))


def test_the_waits_before_a_repetition_are_short_and_honour_retry_after(api, server, settings_for):
    server.faults.add(faults.too_many_requests(2), times=2)
    waits = []
    with client_of(settings_for(), waits=waits) as client:
        jobs_of(client)
    assert [True, True] == [2.1 <= wait <= 2.5 for wait in waits]


@pytest.mark.parametrize(
    ("fault", "cause", "requests"),
    [
        (faults.unauthorized(), Cause.AUTHENTICATION, 1),
        (faults.replying(Reply(302, {"location": "https://login.invalid/"}, b"")), Cause.AUTHENTICATION, 1),
        (faults.refused(403, "Forbidden"), Cause.PERMISSION, 1),
        (faults.not_found(), Cause.NOT_FOUND, 1),
        (faults.refused(400, "version mismatch"), Cause.BAD_PAYLOAD, 1),
        (faults.too_many_requests(), Cause.RATE_LIMITED, 1),
        (faults.too_many_requests(retry_after=600), Cause.RATE_LIMITED, 1),
        (faults.bad_gateway(), Cause.SERVER_ERROR, 3),
        (faults.refused(500, "oops"), Cause.SERVER_ERROR, 3),
        (faults.replying(Reply(200, {}, b"<html>sign in</html>")), Cause.BAD_PAYLOAD, 1),
        (faults.replying(Reply(200, {}, b"null")), Cause.BAD_PAYLOAD, 1),
    ],
)
def test_a_lasting_trouble_is_told_with_its_cause(api, server, settings_for, fault, cause, requests):
    server.faults.add(fault)
    with client_of(settings_for()) as client, pytest.raises(SourceError, match=f"skypilot: POST {QUEUE}") as caught:
        jobs_of(client)
    assert (cause, requests, True) == (caught.value.cause, caught.value.requests, bool(caught.value.hint))


@pytest.mark.parametrize(
    ("fault", "cause"),
    [
        (faults.cut_json(), Cause.BAD_PAYLOAD),
        (faults.broken_connection(), Cause.UNREACHABLE),
        (faults.bad_gateway(), Cause.SERVER_ERROR),
        (faults.changed(lambda body: body.update(status="CANCELLED")), Cause.SERVER_ERROR),
        (faults.changed(lambda body: body.update(return_value='{"jobs": [')), Cause.BAD_PAYLOAD),
        (faults.changed(lambda body: body.update(return_value=None)), Cause.BAD_PAYLOAD),
    ],
)
def test_a_spoilt_result_is_told_with_its_cause(api, server, settings_for, fault, cause):
    server.faults.add(fault, path="/api/get")
    with client_of(settings_for()) as client, pytest.raises(SourceError, match=f"result of {QUEUE}") as caught:
        jobs_of(client)
    assert cause is caught.value.cause


def test_a_stopped_controller_is_told_and_its_pickle_left_alone(api, server, settings_for):
    api.controller_stopped = True
    with client_of(settings_for()) as client, pytest.raises(SourceError) as caught:
        jobs_of(client)
    assert "skypilot: result of /jobs/queue/v2: ClusterNotUpError on the server: No in-progress managed jobs." == (
        caught.value.message
    )
    assert (Cause.UNREACHABLE, 2, "the jobs controller is stopped") == (
        caught.value.cause,
        caught.value.requests,
        caught.value.hint[:30],
    )


def test_a_request_that_stays_pending_is_stuck_within_its_own_time(api, server, settings_for):
    api.stuck = True
    begun = time.monotonic()
    with (
        client_of(settings_for(result_timeout_seconds=0.3)) as client,
        pytest.raises(SourceError, match="stuck, the server accepted the request and had no result") as caught,
    ):
        jobs_of(client)
    assert (Cause.DEADLINE, True) == (caught.value.cause, time.monotonic() - begun < 2)


def test_a_trickle_ends_at_the_deadline(api, server, settings_for):
    server.faults.add(faults.trickle(0.05), path=QUEUE)
    begun = time.monotonic()
    with client_of(settings_for(), seconds=0.8) as client, pytest.raises(SourceError, match="deadline") as caught:
        jobs_of(client)
    assert (Cause.DEADLINE, True) == (caught.value.cause, time.monotonic() - begun < 3)


def test_no_request_is_begun_after_the_deadline(api, server, settings_for):
    with client_of(settings_for(), seconds=-1) as client, pytest.raises(SourceError) as caught:
        jobs_of(client)
    assert (Cause.DEADLINE, []) == (caught.value.cause, server.requests)


def test_a_refused_connection_says_so(settings_for):
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{closed.getsockname()[1]}"
    with client_of(settings_for(api_url=url)) as client, pytest.raises(SourceError, match="refused") as caught:
        jobs_of(client)
    assert (Cause.UNREACHABLE, 3) == (caught.value.cause, caught.value.requests)


def test_the_token_signs_in_and_never_shows(api, server, settings_for, monkeypatch):
    monkeypatch.setenv("SKY_TOKEN", SECRET)
    api.token = SECRET
    settings = settings_for(token={"env": "SKY_TOKEN"})
    with client_of(settings) as client:
        assert 0 == jobs_of(client)["total"]
    server.faults.add(faults.replying(Reply.of_json({"detail": f"bad token {SECRET}"}, status=403)))
    with client_of(settings) as client, pytest.raises(SourceError, match=r"bad token \*\*\*") as caught:
        jobs_of(client)
    assert SECRET not in f"{caught.value!r} {caught.value} {settings!r}"


def test_an_unset_token_names_its_variable(settings_for, monkeypatch):
    monkeypatch.delenv("SKY_TOKEN", raising=False)
    with pytest.raises(ConfigError, match="SKY_TOKEN is not set"):
        client_of(settings_for(token={"env": "SKY_TOKEN"}))


def test_the_clusters_come_without_credentials_and_pickled_handles(api, server, settings_for):
    api.world = World(clusters=[Cluster(name="dev", launched_at=server.clock())])
    with client_of(settings_for()) as client:
        (row,) = client.result(client.submit(STATUS, CLUSTER_CHOICE), of=STATUS)
    assert ("dev", set()) == (row["name"], {"credentials", "handle"} & row.keys())


def test_the_doctor_says_what_works(api, settings_for):
    checks = diagnose(settings_for())
    assert [
        (True, "none needed on loopback"),
        (True, "healthy, SkyPilot 0.14.1, API version 62"),
        (True, "readable, 0 jobs"),
        (True, "readable, 0 clusters"),
    ] == [(check.ok, check.detail) for check in checks]


def test_the_doctor_names_a_token_that_the_server_does_not_know(api, settings_for):
    api.token = SECRET
    check = diagnose(settings_for())[-1]
    assert (False, "the server does not know this token", True) == (check.ok, check.detail, bool(check.hint))


def test_the_doctor_tells_of_an_old_server_and_a_stopped_controller(api, settings_for):
    api.api_version, api.controller_stopped = 50, True
    checks = {check.name: check for check in diagnose(settings_for())}
    assert "sends every job at every tick" in checks["skypilot: API server"].detail
    assert (False, True) == (checks["skypilot: jobs"].ok, checks["skypilot: clusters"].ok)


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"api_url": "https://sky.acme.com"}, "credentials are missing"),
        ({"api_url": "ftp://sky"}, "not an http"),
        ({"api_url": "http://user:word@127.0.0.1"}, "not an http"),
        ({"gpu_prices": {"L4": {"on_demand": -1}}}, "greater than or equal to 0"),
        ({"gpu_price": {}}, "Extra inputs"),
    ],
)
def test_settings_that_cannot_work_are_refused(changes, problem):
    with pytest.raises(ValueError, match=problem):
        Settings(**({"api_url": "http://127.0.0.1:1"} | changes))


def test_the_demo_settings_read_the_sandbox(api, server):
    settings = SOURCE.settings.model_validate(SOURCE.demo(server.url))
    with client_of(settings) as client:
        assert "healthy" == client.health()["status"]

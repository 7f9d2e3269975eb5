"""The stand-in's own behaviour where the source relies on the real server's."""

import ssl
from datetime import UTC, datetime, timedelta

import httpx
import pytest

from health_assets.sandbox.server import SandboxServer
from health_assets.sandbox.skypilot import Cluster, Job, World, routes
from health_assets.sandbox.skypilot.demo import demo_world
from health_assets.sandbox.skypilot.service import PREFIX, REQUEST_ID, ApiServer
from health_assets.sandbox.skypilot.world import job_row, status_of

T = datetime(2026, 3, 4, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
JOB = Job(
    job_id=1,
    created_at=T - 5 * HOUR,
    submitted_at=T - 4 * HOUR,
    started_at=T - 3 * HOUR,
    recoveries=[T - HOUR],
    ended_at=T,
    outcome="FAILED",
)


@pytest.fixture(scope="module")
def api():
    return ApiServer(World(jobs=[JOB], clusters=[Cluster(name="dev", launched_at=T)]), clock=lambda: T)


@pytest.fixture(scope="module")
def client(api):
    with SandboxServer({}, now=T, services=routes(api)) as server:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        with httpx.Client(base_url=server.url + PREFIX, verify=context, timeout=5) as opened:
            yield opened


def result(client, path, body):
    request_id = client.post(path, json=body).headers[REQUEST_ID]
    return client.get("/api/get", params={"request_id": request_id})


def test_a_job_goes_through_its_statuses():
    instants = [T - 5 * HOUR, T - 4 * HOUR, T - 3 * HOUR, T - HOUR - HOUR / 12, T - HOUR, T]
    assert ["PENDING", "STARTING", "RUNNING", "RECOVERING", "RUNNING", "FAILED"] == [
        status_of(JOB, at) for at in instants
    ]


def test_an_ended_job_shows_what_was_asked_for_only():
    row = job_row(World(forgets_regions=True), JOB, at=T)
    assert ("1x[L4:1]", "-", "-", None) == (
        row["resources"],
        row["cluster_resources"],
        row["region"],
        row["accelerators"],
    )


def test_a_failed_read_is_a_500_with_type_message_and_an_object(client):
    answer = result(client, "/jobs/queue/v2", {"page": 2})
    assert (500, True) == (answer.status_code, '"type": "ValueError"' in answer.json()["detail"]["error"])


def test_a_result_is_not_known_under_another_id(client):
    assert 404 == client.get("/api/get", params={"request_id": "x"}).status_code


def test_credentials_come_unless_they_are_refused(client):
    assert [
        "credentials" in result(client, "/status", body).json()["return_value"]
        for body in (
            {},
            {"include_credentials": False},
        )
    ] == [True, False]


def test_a_job_has_a_page(client):
    assert [200, 404] == [client.get(f"/dashboard/jobs/{number}").status_code for number in (1, 2)]


def test_the_demo_is_the_same_after_a_restart():
    first, later = ({job.job_id: job for job in demo_world(now=at).jobs} for at in (T, T + 24 * HOUR))
    shared = first.keys() & later.keys()
    assert (True, []) == (len(shared) > 400, [number for number in shared if first[number] != later[number]])


def rows_a_day(world, days):
    """(failures of the week, running jobs that recovered) at the end of each day."""
    for number in range(days):
        at = datetime(2026, 2, 1, tzinfo=UTC) + timedelta(days=number)
        failed = sum(
            job.outcome.startswith("FAILED") and at - timedelta(days=7) < job.ended_at <= at for job in world.jobs
        )
        alive = [job for job in world.jobs if job.started_at and job.started_at <= at < job.ended_at]
        yield failed, sum(any(end <= at for end in job.recoveries) for job in alive)


def test_any_seven_days_of_the_demo_hold_red_yellow_and_green():
    def colour(share):
        return "red" if share < 0.3 else "yellow" if share < 0.7 else "green"

    world = demo_world(now=T)
    shown = [
        {colour(1 - min(failed, 20) / 20), colour(1 - min(recovered, 10) / 10)}
        for failed, recovered in rows_a_day(world, 28)
    ]
    windows = [set().union(*shown[start : start + 7]) for start in range(len(shown) - 6)]
    assert [{"red", "yellow", "green"}] * len(windows) == windows

"""The server itself: address, log, clock, other services."""

import httpx
import pytest
from github import Auth, Github
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from health_assets.model.errors import HealthError
from health_assets.sandbox import faults
from health_assets.sandbox.server import SandboxServer
from health_assets_tests.sandbox.small import HOUR, NAME, WORLD, T, graphql


def test_a_taken_port_is_told_with_what_to_do(server):
    with pytest.raises(HealthError, match=f"port {server.port} .* in use .*--port"):
        SandboxServer({}, now=T, port=server.port)


def test_every_request_is_logged(server, client):
    client.get(f"/repos/{NAME}/actions/runs?page=2")
    graphql(client, "query Pulls{viewer{login}}")
    logged = [(e.method, e.path, e.query, e.operation, e.status) for e in server.requests]
    assert [
        ("GET", f"/repos/{NAME}/actions/runs", "page=2", None, 200),
        ("POST", "/graphql", "", "Pulls", 200),
    ] == logged


def test_a_failed_request_is_logged_with_its_status(server, client):
    server.faults.add(faults.bad_gateway())
    client.get("/user")
    assert [502] == [entry.status for entry in server.requests]


def test_the_health_page_says_which_sandbox_this_is(client):
    body = client.get("/healthz").json()
    assert {"sandbox": "sandbox", "now": "2026-03-04T12:00:00Z", "github": [NAME]} == body


def test_the_clock_may_be_a_callable():
    hours = iter(range(10))
    with SandboxServer({}, now=lambda: T + next(hours) * HOUR) as server:
        shown = [httpx.get(f"{server.url}/healthz").json()["now"] for _ in range(2)]
    assert ["2026-03-04T12:00:00Z", "2026-03-04T13:00:00Z"] == shown


def test_a_service_brings_its_own_routes():
    async def hello(_):
        return PlainTextResponse("hello")

    with SandboxServer({NAME: WORLD}, now=T, services=[Route("/wandb/graphql", hello)]) as server:
        assert "hello" == httpx.get(f"{server.url}/wandb/graphql").text


def test_a_link_leads_to_a_page_with_escaped_text(worlds, client):
    page = client.get(f"/{NAME}/pull/1")
    assert "Add a loader: merged" in page.text
    assert "<script>" not in client.get(f"/{NAME}/pull/<script>").text


def test_the_official_client_reads_runs_and_graphql(server):
    with Github(base_url=server.url, auth=Auth.Token("t"), seconds_between_requests=0, seconds_between_writes=0) as gh:
        runs = gh.get_repo(NAME).get_workflow_runs(created=">=2026-01-01")
        assert (2, {71, 72}) == (runs.totalCount, {run.id for run in runs})
        _, body = gh.requester.graphql_query("query Me{viewer{login}}", {})
    assert {"viewer": {"login": "sandbox"}} == body["data"]

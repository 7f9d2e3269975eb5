"""The stand-in as any client sees it, and as wandb's own listing does."""

import base64
import json
import ssl
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import httpx
import pytest

from health_assets.sandbox.server import SandboxServer
from health_assets.sandbox.wandb.service import PREFIX, WandB, routes
from health_assets.sandbox.wandb.world import Project, TrainingRun

T = datetime(2026, 3, 4, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
PATH = "acme/rocket"
RUNS = """query Runs($filters: JSONString, $after: String, $first: Int, $order: String) {
  project(name: "rocket", entityName: "acme") {
    runCount(filters: $filters)
    runs(filters: $filters, after: $after, first: $first, order: $order) {
      edges { node { name state heartbeatAt summaryMetrics user { username } runInfo { gpuCount } } cursor }
      pageInfo { endCursor hasNextPage }
    }
  }
}"""
WORLD = Project(
    path=PATH,
    runs=(
        TrainingRun(run_id="done", created_at=T - 9 * HOUR, ended_at=T - 7 * HOUR, gpu_count=4),
        TrainingRun(run_id="crash", created_at=T - 5 * HOUR, ended_at=T - HOUR, outcome="crashed", user=None),
        TrainingRun(run_id="live", created_at=T - HOUR),
        TrainingRun(run_id="later", created_at=T + HOUR),
    ),
)


@pytest.fixture(scope="module")
def service() -> WandB:
    return WandB({PATH: WORLD}, lambda: T)


@pytest.fixture(scope="module")
def running(service: WandB) -> Iterator[SandboxServer]:
    with SandboxServer({}, now=T, services=routes(service)) as server:
        yield server


@pytest.fixture
def client(running: SandboxServer, service: WandB) -> Iterator[httpx.Client]:
    service.clock, service.api_key = (lambda: T), ""
    with httpx.Client(base_url=running.url, verify=ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)) as opened:
        yield opened


def ask(client: httpx.Client, document: str = RUNS, **variables):
    body = {"query": document, "operationName": "", "variables": variables}
    return client.post(f"{PREFIX}/graphql", json=body)


def names(client: httpx.Client, **variables) -> list[str]:
    listing = ask(client, **variables).json()["data"]["project"]["runs"]
    return [edge["node"]["name"] for edge in listing["edges"]]


def test_an_empty_operation_name_is_accepted(client):
    assert 200 == ask(client).status_code


def test_runs_are_those_that_exist_oldest_first(client):
    assert ["done", "crash", "live"] == names(client)
    assert ["live", "crash", "done"] == names(client, order="-heartbeat_at")


@pytest.mark.parametrize(("minutes", "state"), [(-61, "running"), (-56, "running"), (-55, "crashed")])
def test_a_crash_is_noticed_five_minutes_late(client, service, minutes, state):
    service.clock = lambda: T + timedelta(minutes=minutes)
    found = ask(client).json()["data"]["project"]["runs"]["edges"]
    assert state == next(edge["node"]["state"] for edge in found if edge["node"]["name"] == "crash")


def test_pages_follow_the_cursor(client):
    first = ask(client, first=2).json()["data"]["project"]["runs"]
    assert ({"endCursor": "2", "hasNextPage": True}, ["live"]) == (first["pageInfo"], names(client, first=2, after="2"))


@pytest.mark.parametrize(
    ("condition", "found"),
    [
        ({"state": "finished"}, ["done"]),
        ({"state": {"$in": ["running", "crashed"]}}, ["crash", "live"]),
        ({"$and": [{"createdAt": {"$gt": "2026-03-04T03:00:00Z"}}, {"state": {"$ne": "running"}}]}, ["crash"]),
        ({"$or": [{"heartbeatAt": {"$gte": "2026-03-04T11:00:00Z"}}, {"name": "done"}]}, ["done", "crash", "live"]),
    ],
)
def test_filters_select(client, condition, found):
    assert found == names(client, filters=json.dumps(condition))


@pytest.mark.parametrize("condition", [{"colour": "red"}, {"state": {"$like": "x"}}])
def test_a_filter_that_is_not_known_is_an_error_and_not_ignored(client, condition):
    assert "unknown filter" in ask(client, filters=json.dumps(condition)).text


def test_a_project_that_is_not_there_is_null(client):
    answer = ask(client, '{project(name: "x", entityName: "acme") {runCount}}')
    assert {"data": {"project": None}} == answer.json()


def test_a_document_that_does_not_fit_the_schema_is_a_bad_request(client):
    answer = ask(client, "{project {colour}}")
    assert (400, True) == (answer.status_code, "Cannot query field" in answer.text)
    assert 400 == client.post(f"{PREFIX}/graphql", content=b"no json").status_code


def test_another_key_is_refused(client, service):
    service.api_key = "right"
    assert 401 == ask(client).status_code
    client.headers["authorization"] = "Basic " + base64.b64encode(b"api:right").decode()
    assert 200 == ask(client).status_code


def test_a_link_of_the_evidence_leads_to_a_page(client):
    page = client.get(f"{PREFIX}/acme/rocket/runs/crash")
    assert (200, True) == (page.status_code, "crash: crashed" in page.text)
    assert 404 == client.get(f"{PREFIX}/acme/rocket/runs/later").status_code


def test_wandb_s_own_listing_reads_it(client, running, service, monkeypatch, tmp_path):
    for name, value in {"DIR": tmp_path, "CACHE_DIR": tmp_path, "SILENT": "true", "ERROR_REPORTING": "false"}.items():
        monkeypatch.setenv(f"WANDB_{name}", str(value))
    from wandb.apis.public import Api

    overrides = {"base_url": running.url + PREFIX, "entity": "acme"}
    listing = Api(overrides=overrides, timeout=10, api_key="0" * 40).runs(PATH, {"state": "finished"}, lazy=False)
    assert [("done", 7200.0)] == [(run.id, run.summary["_runtime"]) for run in listing]

from datetime import timedelta

import httpx
import pytest

from health_assets.sandbox.asana.service import Asana, routes
from health_assets.sandbox.server import SandboxServer
from health_assets_tests.sources.asana.workspaces import BUGS, DAY, NOW, WORKSPACE, task, workspace

WORLD = workspace(task(1, completed_at=NOW - DAY), task(2, gone_at=NOW + DAY), task(3, created=-1))


@pytest.fixture
def server():
    service = Asana(WORLD, lambda: running.clock())
    with SandboxServer({}, now=NOW, services=routes(service)) as running:
        yield running


def get(server, path, **query):
    return httpx.get(f"{server.url}/asana{path}", params=query)


def gids(answer):
    return [item["gid"] for item in answer.json()["data"]]


def test_tasks_are_filtered_as_of_the_clock(server):
    assert ["1", "2"] == gids(get(server, "/tasks", project=BUGS))
    assert ["2"] == gids(get(server, "/tasks", project=BUGS, completed_since="2026-03-18T00:00:00Z"))
    assert ["1"] == gids(get(server, "/tasks", project=BUGS, modified_since="2026-03-16T00:00:00Z"))
    server.now = NOW + 2 * DAY
    assert ["1", "3"] == gids(get(server, "/tasks", project=BUGS))


def test_the_next_page_shows_the_state_of_the_first(server):
    first = get(server, "/tasks", project=BUGS, limit=1).json()
    server.now = NOW + timedelta(days=2)
    second = get(server, "/tasks", project=BUGS, limit=1, offset=first["next_page"]["offset"])
    assert (["2"], None) == (gids(second), second.json()["next_page"])


def test_only_the_fields_asked_for_are_shown(server):
    (shown, _) = get(server, "/tasks", project=BUGS, opt_fields="completed,memberships.section.name").json()["data"]
    assert {"gid", "completed", "memberships"} == set(shown)
    assert {"section": {"gid": "2", "name": "Elsewhere"}} == shown["memberships"][0]


@pytest.mark.parametrize(
    ("path", "query", "status"),
    [
        ("/tasks", {"project": "404"}, 404),
        ("/projects", {"workspace": WORKSPACE, "archived": "False"}, 400),
        ("/projects", {"workspace": WORKSPACE, "limit": 101}, 400),
        ("/projects", {"workspace": "404"}, 404),
    ],
)
def test_what_asana_would_refuse_is_refused(server, path, query, status):
    answer = get(server, path, **query)
    assert (status, True) == (answer.status_code, bool(answer.json()["errors"][0]["message"]))

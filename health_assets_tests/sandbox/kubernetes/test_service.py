import httpx
import pytest

from health_assets.sandbox.kubernetes.service import Kubernetes, routes
from health_assets.sandbox.kubernetes.world import Cluster
from health_assets.sandbox.server import SandboxServer
from health_assets_tests.sources.kubernetes.clusters import NOW, pod

CLUSTER = Cluster(pods=[pod("a"), pod("b", deleted_at=NOW.replace(hour=16)), pod("c")])


@pytest.fixture
def server():
    service = Kubernetes(CLUSTER, lambda: running.clock())
    with SandboxServer({}, now=NOW, services=routes(service)) as running:
        yield running


def listed(server, **query):
    return httpx.get(f"{server.url}/kubernetes/api/v1/pods", params=query).json()


def names(page):
    return [item["metadata"]["name"] for item in page["items"]]


def test_a_page_says_how_many_are_left(server):
    page = listed(server, limit=2)
    assert (["a", "b"], 1) == (names(page), page["metadata"]["remainingItemCount"])


def test_the_next_page_shows_the_state_of_the_first(server):
    token = listed(server, limit=1)["metadata"]["continue"]
    server.now = NOW.replace(hour=17)
    assert ["b", "c"] == names(listed(server, **{"limit": 5, "continue": token}))
    assert ["a", "c"] == names(listed(server))

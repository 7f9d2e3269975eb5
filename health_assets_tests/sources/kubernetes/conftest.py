from collections.abc import Callable, Iterator

import pytest

from health_assets.model.record import Batch
from health_assets.sandbox.kubernetes.service import Kubernetes, routes
from health_assets.sandbox.kubernetes.world import Cluster
from health_assets.sandbox.server import SandboxServer
from health_assets.sources.kubernetes import SOURCE
from health_assets_tests.sources.kubernetes.clusters import NOW, asking, settings_for


@pytest.fixture(scope="session")
def kubernetes() -> Iterator[tuple[Kubernetes, SandboxServer]]:
    """One server for all tests; each sets the cluster that it serves."""
    service = Kubernetes(Cluster(), lambda: server.clock())
    server = SandboxServer({}, now=NOW, services=routes(service))
    with server:
        yield service, server


@pytest.fixture
def serve(kubernetes: tuple[Kubernetes, SandboxServer]) -> Callable[..., SandboxServer]:
    """Serves a cluster as of NOW, without faults; `server.now` moves its clock."""

    def serve(cluster: Cluster, *, token: str = "") -> SandboxServer:
        service, server = kubernetes
        service.cluster, service.token = cluster, token
        server.now = NOW
        server.requests.clear()
        server.faults.clear()
        return server

    return serve


@pytest.fixture
def fetched(serve: Callable[..., SandboxServer]) -> Callable[[Cluster], Batch]:
    """One fetch of a cluster as of NOW, over HTTP."""
    return lambda cluster: SOURCE.fetch(settings_for(serve(cluster).url), asking())

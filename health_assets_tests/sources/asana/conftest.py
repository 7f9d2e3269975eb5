from collections.abc import Callable, Iterator

import pytest

from health_assets.sandbox.asana.service import Asana, routes
from health_assets.sandbox.asana.world import Workspace
from health_assets.sandbox.server import SandboxServer
from health_assets.sources.asana import SOURCE
from health_assets_tests.sources.asana.workspaces import NOW, WORKSPACE, Held, asking, settings_for


@pytest.fixture(scope="session")
def asana() -> Iterator[tuple[Asana, SandboxServer]]:
    """One server for all tests; each sets the workspace that it serves."""
    service = Asana(Workspace(gid=WORKSPACE), lambda: server.clock())
    server = SandboxServer({}, now=NOW, services=routes(service))
    with server:
        yield service, server


@pytest.fixture
def serve(asana: tuple[Asana, SandboxServer]) -> Callable[..., SandboxServer]:
    """Serves a workspace as of NOW, without faults; `server.now` moves its clock."""

    def serve(world: Workspace, *, token: str = "") -> SandboxServer:
        service, server = asana
        service.workspace, service.token = world, token
        server.now = NOW
        server.requests.clear()
        server.faults.clear()
        return server

    return serve


@pytest.fixture
def held_of(serve: Callable[..., SandboxServer]) -> Callable[[Workspace], Held]:
    """What one fetch of a workspace as of NOW brings, over HTTP."""

    def held_of(world: Workspace) -> Held:
        held = Held()
        held.keep(SOURCE.fetch(settings_for(serve(world).url), asking(held)))
        return held

    return held_of

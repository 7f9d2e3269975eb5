import ssl
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from functools import partial

import httpx
import pytest

from health_assets.sandbox.server import SandboxServer
from health_assets.sandbox.skypilot import PREFIX, ApiServer, World, routes
from health_assets.sources.skypilot.settings import Settings

NOW = datetime(2026, 3, 18, 15, tzinfo=UTC)


@pytest.fixture(scope="session")
def _running() -> Iterator[tuple[SandboxServer, ApiServer]]:
    api = ApiServer(World(), clock=lambda: server.clock())
    server = SandboxServer({}, now=NOW, services=routes(api))
    with server:
        yield server, api


@pytest.fixture
def server(_running) -> Iterator[SandboxServer]:
    """A sandbox that serves `api` as of NOW, without faults; `server.now` moves its clock."""
    server, api = _running
    server.now = NOW
    server.faults.clear()
    server.requests.clear()
    yield server
    api.stuck = False


@pytest.fixture
def api(_running, server) -> ApiServer:
    """The stand-in's state; set `api.world`."""
    _, api = _running
    api.world, api.token, api.controller_stopped, api.api_version = World(), None, False, 62
    return api


@pytest.fixture
def settings_for(server) -> Callable[..., Settings]:
    """Settings that point at the sandbox."""
    return lambda **changes: Settings(**({"api_url": server.url + PREFIX} | changes))


@pytest.fixture(autouse=True)
def _one_context(monkeypatch) -> None:
    """One TLS context for all clients: loading certificates takes longer than a test over plain HTTP."""
    empty = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    monkeypatch.setattr(httpx, "Client", partial(httpx.Client, verify=empty))

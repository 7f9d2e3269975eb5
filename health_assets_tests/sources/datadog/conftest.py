from collections.abc import Callable, Iterator

import pytest

from health_assets.sandbox.datadog.service import Datadog, routes
from health_assets.sandbox.datadog.world import Account
from health_assets.sandbox.server import SandboxServer
from health_assets_tests.sources.datadog.accounts import NOW


@pytest.fixture(scope="session")
def datadog() -> Iterator[tuple[Datadog, SandboxServer]]:
    """One server for all tests; each sets the account that it serves."""
    service = Datadog(Account(), lambda: server.clock())
    server = SandboxServer({}, now=NOW, services=routes(service))
    with server:
        yield service, server


@pytest.fixture
def serve(datadog: tuple[Datadog, SandboxServer]) -> Callable[..., SandboxServer]:
    """Serves an account as of NOW, without faults; `server.now` moves its clock."""

    def serve(account: Account, *, quota: int | None = None) -> SandboxServer:
        service, server = datadog
        service.account, service.quota = account, quota
        server.now = NOW
        server.requests.clear()
        server.faults.clear()
        return server

    return serve

from collections.abc import Callable, Iterator
from datetime import UTC, datetime

import pytest

from health_assets.sandbox.github.world import Repository
from health_assets.sandbox.server import SandboxServer
from health_assets.sources.github.settings import Settings

NOW = datetime(2026, 3, 18, 15, tzinfo=UTC)


@pytest.fixture
def worlds() -> dict[str, Repository]:
    """What the sandboxes of a test serve; read anew at each request."""
    return {}


@pytest.fixture
def serve(worlds: dict[str, Repository]) -> Iterator[Callable[[Repository], SandboxServer]]:
    """Starts a sandbox that serves one world as of NOW; `server.now` moves its clock."""
    running: list[SandboxServer] = []

    def start(world: Repository) -> SandboxServer:
        worlds[world.full_name] = world
        server = SandboxServer(worlds, now=NOW)
        running.append(server)
        return server.__enter__()

    yield start
    for server in running:
        server.stop()


@pytest.fixture
def settings_for() -> Callable[..., Settings]:
    """Settings that point at a sandbox."""
    return lambda server, **changes: Settings(repositories=("acme/rocket",), api_url=server.url, **changes)

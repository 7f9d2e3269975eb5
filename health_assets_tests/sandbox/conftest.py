"""The small world on a real socket: one server for all tests, set back for each."""

import ssl
from collections.abc import Iterator

import httpx
import pytest

from health_assets.sandbox.github.service import Quota
from health_assets.sandbox.github.world import Repository
from health_assets.sandbox.server import SandboxServer
from health_assets_tests.sandbox.small import NAME, WORLD, T


@pytest.fixture(scope="session")
def running() -> Iterator[SandboxServer]:
    """The shared server."""
    with SandboxServer({}, now=T) as server:
        yield server


@pytest.fixture
def worlds() -> dict[str, Repository]:
    """What the server serves; a module may bring its own."""
    return {NAME: WORLD}


@pytest.fixture
def server(running, worlds) -> SandboxServer:
    """The worlds as of T, without faults; `server.now` moves the clock."""
    running.now = T
    running.faults.clear()
    running.requests.clear()
    running.github.repositories = worlds
    running.github.core, running.github.graphql = Quota("core"), Quota("graphql")
    return running


@pytest.fixture
def client(server) -> Iterator[httpx.Client]:
    """A client of the server. Its empty context saves loading certificates, which takes longer than a test."""
    with httpx.Client(base_url=server.url, timeout=10, verify=ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)) as opened:
        yield opened

"""One busy repository behind one server, and stores around an outage, for the tests of this room."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from health_assets.pipeline.refresh import refresh
from health_assets.sandbox.server import SandboxServer
from health_assets_tests.pipeline.fault_cases import TOKEN, TOKEN_VARIABLE
from health_assets_tests.pipeline.outages import DAY, HOUR, MORNING, Clock, Observed, adapted, busy_repository, observed
from health_assets_tests.worlds import REPOSITORY, runtime_for


@pytest.fixture(scope="package")
def token() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(TOKEN_VARIABLE, TOKEN)
        yield


@pytest.fixture(scope="package")
def clock() -> Clock:
    return Clock()


@pytest.fixture(scope="package")
def server(clock: Clock, token: None) -> Iterator[SandboxServer]:
    with SandboxServer({REPOSITORY: busy_repository(REPOSITORY, seed=1)}, now=clock) as running:
        yield running


@pytest.fixture(scope="package")
def good_store(server: SandboxServer, clock: Clock, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The store after a good tick at MORNING."""
    file = tmp_path_factory.mktemp("good") / "health.db"
    clock.now = MORNING
    with runtime_for(server.url, store=file, clock=clock, token={"env": TOKEN_VARIABLE}) as opened:
        runtime = adapted(opened)
        assert refresh(runtime, days=runtime.days(2))["github"].collection.ok
    return file


@pytest.fixture(scope="package")
def clean(server: SandboxServer, clock: Clock, tmp_path_factory: pytest.TempPathFactory) -> Observed:
    """What a store that was collected once, after the outage, knows."""
    clock.now = MORNING + DAY + HOUR
    file = tmp_path_factory.mktemp("clean") / "health.db"
    with runtime_for(server.url, store=file, clock=clock, token={"env": TOKEN_VARIABLE}) as opened:
        runtime = adapted(opened)
        refresh(runtime, days=runtime.days(2))
        return observed(runtime)

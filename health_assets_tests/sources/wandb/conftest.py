from collections.abc import Iterator

import pytest

from health_assets_tests.sources.wandb.stage import NOW, Stage


@pytest.fixture(scope="package")
def running() -> Iterator[Stage]:
    """The sandbox that the tests of this folder share."""
    stage = Stage()
    with stage.server:
        yield stage


@pytest.fixture
def stage(running: Stage) -> Stage:
    """An empty project as of NOW, without faults."""
    running.now = NOW
    running.wandb.api_key = ""
    running.serve()
    running.server.faults.clear()
    running.server.requests.clear()
    return running

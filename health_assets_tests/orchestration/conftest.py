"""One repository behind one server for the tests of this room, and runs of the collect job without a daemon."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import dagster as dg
import pytest

from health_assets.orchestration.build import build_definitions
from health_assets.orchestration.schedules import JOB
from health_assets.pipeline.runtime import Runtime
from health_assets.sandbox.server import SandboxServer
from health_assets_tests.pipeline.outages import MORNING, adapted, busy_repository
from health_assets_tests.worlds import REPOSITORY, runtime_for

FIRST_DAY = date(2026, 3, 1)


@dataclass
class Stage:
    """A server, a store, a Dagster instance and one clock for all of them."""

    server: SandboxServer
    runtime: Runtime
    instance: dg.DagsterInstance
    now: datetime = MORNING

    @property
    def definitions(self) -> dg.Definitions:
        """The code location of this stage."""
        return build_definitions(self.runtime.project, clock=lambda: self.now, first_day=FIRST_DAY)

    @property
    def page(self) -> str:
        """The published page."""
        return (self.runtime.project.config.settings.publish.page.path / "index.html").read_text(encoding="utf-8")

    def collect(self, **run: Any) -> dg.ExecuteInProcessResult:
        """A run of the collect job for the clock's day, or with the given tags."""
        chosen = run or {"partition_key": self.runtime.day(self.now).key}
        job = self.definitions.resolve_job_def(JOB)
        return job.execute_in_process(instance=self.instance, raise_on_error=False, **chosen)


def rematerialise(stage: Stage, *keys: dg.AssetKey, **run: Any) -> dg.ExecuteInProcessResult:
    """What the button in the UI does for these assets."""
    found = stage.definitions
    return dg.materialize(
        list(found.assets or ()), selection=list(keys), instance=stage.instance, resources=found.resources, **run
    )


@pytest.fixture(scope="module")
def server() -> Iterator[SandboxServer]:
    """Serves the busy repository; its clock is set by the stage in use."""
    with SandboxServer({REPOSITORY: busy_repository(REPOSITORY, seed=1)}, now=MORNING) as running:
        yield running


@pytest.fixture(scope="module")
def stages(server: SandboxServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[..., Stage]]:
    """Makes stages with a store and an instance of their own."""
    with ExitStack() as opened:

        def make(*, window_days: int = 1, **github: object) -> Stage:
            folder = tmp_path_factory.mktemp("stage")
            runtime = opened.enter_context(
                runtime_for(server.url, store=folder / "health.db", clock=lambda: stage.now, **github)
            )
            instance = opened.enter_context(dg.DagsterInstance.ephemeral())
            stage = Stage(server, adapted(runtime, window_days=window_days), instance)
            server.now = lambda: stage.now
            return stage

        yield make

"""One row whose value is its score, a store, and a Datadog that is a server, for the tests of publishing."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from health_assets.datadog.settings import Settings
from health_assets.grid.model import Grid
from health_assets.model.observation import Observation
from health_assets.model.time import Day
from health_assets.pipeline.datadog.account import datadog_client, settings_of
from health_assets.pipeline.datadog.metrics import Sent, publish_metrics
from health_assets.pipeline.datadog.objects import Kept, publish_dashboards, publish_monitors
from health_assets.pipeline.grid import load_grid
from health_assets.pipeline.runtime import Runtime
from health_assets.pipeline.score import score
from health_assets.sandbox.datadog import drawn, intake
from health_assets.sandbox.datadog.boards import Boards
from health_assets.sandbox.datadog.boards import routes as board_routes
from health_assets.sandbox.datadog.intake import Intake
from health_assets.sandbox.datadog.service import PREFIX, Datadog, routes
from health_assets.sandbox.datadog.world import Account
from health_assets.sandbox.server import SandboxServer
from health_assets_tests.worlds import REPOSITORY, runtime_for

NOW = datetime(2026, 3, 11, 14, 35, tzinfo=UTC)
TICK = timedelta(minutes=15)
METRIC, FOM = "github.prs.stale_count_14d", "health.ci.stale_prs.fom"


@dataclass
class Stage:
    """A clock, a store with one row, and the account that it is published to."""

    server: SandboxServer
    service: Datadog
    boards: Boards
    intake: Intake
    runtime: Runtime
    now: datetime = NOW

    def observe(self, value: float, *, day: Day | None = None, as_of: datetime | None = None) -> None:
        """Stores a value of a day, of today by default, and scores it."""
        chosen = day or self.runtime.day()
        observation = Observation(
            metric=METRIC,
            scope=REPOSITORY,
            day=chosen.key,
            value=value,
            reason=None,
            detail="",
            samples=1,
            as_of=as_of or min(chosen.end, self.now),
        )
        self.runtime.store.write_observations([observation])
        score(self.runtime, self.runtime.project.foms, days={chosen.key})

    def reconfigure(self, **datadog: Any) -> None:
        """Other keys of publish.datadog, with the same store and account."""
        self.runtime = _one_row(self.runtime, self.server, datadog)

    def grid(self) -> Grid:
        """The grid as of now."""
        return load_grid(self.runtime)

    def publish(self) -> tuple[Sent, Kept, Kept]:
        """Points, dashboards and monitors, as one tick does."""
        with datadog_client(settings_of(self.runtime)) as api:
            return (
                publish_metrics(self.runtime, self.grid(), api),
                publish_dashboards(self.runtime, self.grid(), api),
                publish_monitors(self.runtime, api),
            )

    def tick(self, value: float | None = None) -> tuple[Sent, Kept, Kept]:
        """A quarter of an hour later, with a new value."""
        self.now += TICK
        if value is not None:
            self.observe(value)
        return self.publish()

    def sent(self) -> list[str]:
        """Method and path of the requests that reached the server since the last call."""
        made = [f"{entry.method} {entry.path.removeprefix(PREFIX)}" for entry in self.server.requests]
        self.server.requests.clear()
        return made

    def values(self, metric: str = METRIC) -> list[tuple[int, float]]:
        """(seconds before now, value) of what the account holds of a metric, oldest first."""
        now = int(self.now.timestamp())
        held = (points for _, points in self.service.account.select(metric, now=now))
        return sorted((at - now, round(value, 4)) for points in held for at, value in points.items())


@contextmanager
def staged(folder: Path, *, account: Account | None = None, **datadog: Any) -> Iterator[Stage]:
    """A stage in a folder of its own. account: who may do what; datadog: further keys of publish.datadog."""
    service = Datadog(account or Account(), lambda: stage.now)
    boards, taking = Boards(service), Intake(service)
    pages = [
        *routes(service),
        *intake.routes(taking, prefix=PREFIX),
        *board_routes(boards, prefix=PREFIX),
        *drawn.routes(boards, prefix=PREFIX),
    ]
    with (
        SandboxServer({}, now=lambda: stage.now, services=pages) as server,
        runtime_for(server.url, store=folder / "health.db", clock=lambda: stage.now) as opened,
    ):
        stage = Stage(server, service, boards, taking, _one_row(opened, server, datadog))
        yield stage


def _one_row(runtime: Runtime, server: SandboxServer, datadog: Mapping[str, Any]) -> Runtime:
    settings = Settings.model_validate({"api_url": f"{server.url}{PREFIX}", "env": "test", **datadog})
    config = runtime.project.config
    publish = config.settings.publish.model_copy(update={"datadog": settings})
    (row,) = [fom for fom in runtime.project.foms if fom.name == FOM]
    project = replace(
        runtime.project,
        config=replace(config, settings=config.settings.model_copy(update={"publish": publish})),
        foms=(replace(row, points=((0.0, 0.0), (1.0, 1.0))),),
    )
    return replace(runtime, project=project)

"""A project of this source alone over a sandbox, and requests for its fetch."""

import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from health_assets.config import Config
from health_assets.config import Settings as ProjectSettings
from health_assets.model.record import Coverage
from health_assets.model.source import FetchRequest
from health_assets.model.time import day_of
from health_assets.pipeline.clock import Clock
from health_assets.pipeline.runtime import Project as HealthProject
from health_assets.pipeline.runtime import Runtime
from health_assets.sandbox.server import SandboxServer
from health_assets.sandbox.wandb.service import PREFIX, WandB, routes
from health_assets.sandbox.wandb.world import Project, TrainingRun
from health_assets.sources.wandb import SOURCE, Settings
from health_assets.sources.wandb.records import RUNS
from health_assets.store.store import Store
from health_assets_tests.sources.wandb.frames import frame

SCOPE = "acme/rocket"
NOW = datetime(2026, 3, 18, 15, tzinfo=UTC)
HOUR = timedelta(hours=1)
UTC_ZONE = ZoneInfo("UTC")


class Stage:
    """A sandbox of one project at `now`; both may be set while it runs."""

    def __init__(self, runs: Sequence[TrainingRun] = (), *, now: datetime = NOW, api_key: str = "") -> None:
        self.now = now
        self.wandb = WandB({SCOPE: Project(path=SCOPE, runs=runs)}, lambda: self.now, api_key=api_key)
        self.server = SandboxServer({}, now=lambda: self.now, services=routes(self.wandb))

    def serve(self, *runs: TrainingRun) -> None:
        self.wandb.projects = {SCOPE: Project(path=SCOPE, runs=runs)}

    def settings(self, **changes: Any) -> Settings:
        defaults = {"entity": "acme", "project": "rocket", "api_url": self.server.url + PREFIX}
        return Settings.model_validate(defaults | changes)

    @contextmanager
    def runtime(self, store: Path, **changes: Any) -> Iterator[Runtime]:
        settings = ProjectSettings(store=f"sqlite:///{store}")
        config = Config(settings=settings, origin="test", sandbox=False)
        project = HealthProject(config=config, sources={"wandb": (SOURCE, self.settings(**changes))}, foms=())
        clock: Clock = lambda: self.now  # noqa: E731
        with Store.open(settings.store) as opened:
            yield Runtime(project=project, store=opened, clock=clock)


class Nothing:
    """A store that holds nothing."""

    def coverage(self, kind: str) -> dict[str, Coverage]:
        return {}

    def records(self, kind: str, *, since: datetime) -> Any:
        return frame([])


class Held:
    """A store that holds what was put into it."""

    def __init__(self, coverage: Mapping[str, Coverage], rows: Sequence[Mapping[str, Any]] = ()) -> None:
        self._coverage = dict(coverage)
        self._rows = list(rows)

    def coverage(self, kind: str) -> dict[str, Coverage]:
        return self._coverage

    def records(self, kind: str, *, since: datetime) -> Any:
        return frame(self._rows)


def captured(days: Sequence[str], at: datetime) -> dict[str, Coverage]:
    return {day: Coverage(kind=RUNS.name, day=day, captured_at=at, fetched=0) for day in days}


def request_for(
    *dates: str, now: datetime = NOW, known: Any = None, seconds: float = 30.0, **more: Any
) -> FetchRequest:
    days = tuple(day_of(datetime.fromisoformat(date).date(), UTC_ZONE) for date in dates or (now.date().isoformat(),))
    deadline = time.monotonic() + seconds
    return FetchRequest(
        scope=SCOPE, days=days, now=now, zone=UTC_ZONE, known=known or Nothing(), deadline=deadline, **more
    )


def run(run_id: str, *, ago: float, hours: float | None = 1.0, at: datetime = NOW, **facts: Any) -> TrainingRun:
    """A run created `ago` hours before `at` that lasts `hours`, None: it goes on."""
    created = at - ago * HOUR
    ended = None if hours is None else created + hours * HOUR
    return TrainingRun(run_id=run_id, created_at=created, ended_at=ended, **facts)

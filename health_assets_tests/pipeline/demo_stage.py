"""The demo's sandbox as a stage: one server with all stand-ins, a clock that the test moves, and stores around it."""

import socket
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from health_assets.config import load_config
from health_assets.model.observation import Observation
from health_assets.model.source import Source
from health_assets.model.time import Day
from health_assets.pipeline.runtime import Project, Runtime, configured_project
from health_assets.sandbox.demo import demo_server
from health_assets.sandbox.results.demo import FOLDER
from health_assets.sandbox.server import SandboxServer
from health_assets.sources.registry import SOURCES
from health_assets.store.store import Store

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
#: A Wednesday afternoon: the good tick of these tests.
AFTERNOON = datetime(2026, 3, 18, 15, 30, tzinfo=UTC)
#: Those whose stand-in is a folder.
RESULTS: Mapping[str, Path] = {"training_jobs": FOLDER / "training", "evals": FOLDER / "evaluations"}
#: Sources that the demo has something for; one that only measures what catalogue rows ask has nothing to show there.
NAMES = tuple(name for name, source in SOURCES.items() if source.families)

Settings = Mapping[str, Mapping[str, Any]]
"""Source -> what differs from the demo's settings."""
Observed = dict[tuple[str, str, str], Observation | None]
"""(metric, scope, day) -> what is stored."""


@dataclass
class Clock:
    """The instant of the stand-ins and of the pipeline."""

    now: datetime = AFTERNOON

    def __call__(self) -> datetime:
        return self.now


@dataclass
class DemoStage:
    """The running sandbox; its results lie below the working folder."""

    server: SandboxServer
    clock: Clock
    project: Project = field(init=False)

    def __post_init__(self) -> None:
        config = load_config(environ={"HEALTH_SANDBOX": "1", "HEALTH_SANDBOX_PORT": str(self.server.port)})
        self.project = configured_project(config)

    @contextmanager
    def runtime(
        self, store: Path, *, only: Sequence[str] = NAMES, changes: Settings | None = None
    ) -> Iterator[Runtime]:
        """A runtime over some of the demo's sources with a store of its own, and a grid of one day: that is quick."""
        settings = self.project.config.settings.model_copy(update={"store": f"sqlite:///{store}", "window_days": 1})
        project = Project(
            config=replace(self.project.config, settings=settings),
            sources={name: self._source(name, (changes or {}).get(name, {})) for name in only},
            foms=tuple(fom for name in only for fom in self.project.foms_of(name)),
        )
        with Store.open(settings.store) as opened:
            yield Runtime(project=project, store=opened, clock=self.clock)

    def _source(self, name: str, changes: Mapping[str, Any]) -> tuple[Source, Any]:
        source, settings = self.project.sources[name]
        return source, settings.model_copy(update=dict(changes))


@contextmanager
def demo_stage(folder: Path, *, now: datetime = AFTERNOON) -> Iterator[DemoStage]:
    """The demo's sandbox with its results below `folder`, which is the working folder meanwhile."""
    clock = Clock(now)
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        with demo_server(clock=clock) as server:
            yield DemoStage(server, clock)


@contextmanager
def switched_off(stage: DemoStage, name: str) -> Iterator[Settings]:
    """The settings of a project in which one source's stand-in is off: nobody listens, or its folder is gone."""
    folder = RESULTS.get(name)
    if folder is None:
        source, settings = stage.project.sources[name]
        nowhere = source.settings.model_validate(source.demo(deserted_url()))
        differing = {key: value for key, value in nowhere if value != getattr(settings, key)}
        yield {name: differing}
        return
    away = folder.rename(folder.with_name(f"{folder.name}-away"))
    try:
        yield {}
    finally:
        away.rename(folder)


def deserted_url() -> str:
    """An address at which nobody listens."""
    with closing(socket.create_server(("127.0.0.1", 0))) as listener:
        return f"http://127.0.0.1:{listener.getsockname()[1]}"


def metrics_of(runtime: Runtime, name: str) -> list[str]:
    """The metrics of a source, without its collections' own."""
    source, _ = runtime.project.sources[name]
    return [metric.name for family in source.families for metric in family.metrics]


def observed(
    runtime: Runtime, name: str, *, days: Sequence[Day], which: Callable[[str], bool] = lambda _: True
) -> Observed:
    """What is stored about the metrics of a source that `which` picks, evidence included."""
    source, settings = runtime.project.sources[name]
    return {
        (metric, scope, day.key): runtime.store.read_observation(metric, scope=scope, day=day.key)
        for metric in metrics_of(runtime, name)
        if which(metric)
        for scope in source.scopes(settings)
        for day in days
    }


def differences(expected: Observed, found: Observed) -> dict[tuple[str, str, str], object]:
    """What was expected and what was found, where they are not the same."""
    return {key: (seen, found[key]) for key, seen in expected.items() if seen != found[key]}

"""A store in a temporary file and fetches into it, for the sources of this folder and its neighbours."""

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from health_assets.config import Config, Settings
from health_assets.model.observation import Observation
from health_assets.model.record import Batch
from health_assets.model.source import FetchRequest, Meter, Source
from health_assets.model.time import Day, days_ending
from health_assets.pipeline.clock import Clock
from health_assets.pipeline.runtime import Project, Runtime
from health_assets.store.store import Store

UTC_ZONE = ZoneInfo("UTC")


@contextmanager
def runtime_of(source: Source, settings: Any, *, folder: Path, clock: Clock, name: str = "health") -> Iterator[Runtime]:
    """A runtime with only this source."""
    config = Config(settings=Settings(store=f"sqlite:///{folder}/{name}.db"), origin="test", sandbox=False)
    project = Project(config=config, sources={source.name: (source, settings)}, foms=())
    with Store.open(config.settings.store) as store:
        yield Runtime(project=project, store=store, clock=clock)


def request_for(runtime: Runtime, source: Source, scope: str, **changes: Any) -> FetchRequest:
    """A request for the `days` days that end `back` days before today, against what the runtime's store holds."""
    now: datetime = runtime.clock()
    last = now.date().fromordinal(now.date().toordinal() - changes.pop("back", 0))
    asked: dict[str, Any] = {
        "scope": scope,
        "days": days_ending(last, changes.pop("days", 1), UTC_ZONE),
        "now": now,
        "zone": UTC_ZONE,
        "known": runtime.store.known(source.name, source.kinds, scope=scope),
        "deadline": time.monotonic() + 60,
        "meter": Meter(),
    }
    return FetchRequest(**(asked | changes))


def fetch_into(runtime: Runtime, source: Source, settings: Any, **changes: Any) -> Batch:
    """Fetches the first scope and stores what came."""
    scope = source.scopes(settings)[0]
    batch = source.fetch(settings, request_for(runtime, source, scope, **changes))
    runtime.store.write_batch(source.name, batch, kinds=source.kinds, seen_at=runtime.clock())
    return batch


def seen(
    runtime: Runtime, source: Source, scope: str, days: Sequence[Day]
) -> dict[tuple[str, str], Observation | None]:
    """Every stored observation of the days."""
    names = [metric.name for family in source.families for metric in family.metrics]
    return {
        (name, day.key): runtime.store.read_observation(name, scope=scope, day=day.key)
        for name in names
        for day in days
    }

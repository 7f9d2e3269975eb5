"""Workspaces behind the sandbox, fetches of them, and the measures of what came, for the tests of this source."""

import time
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pandas as pd

from health_assets.model.metric import Measurement
from health_assets.model.record import Batch, Column, Coverage, Record
from health_assets.model.source import FetchRequest
from health_assets.model.time import Day, day_at
from health_assets.sandbox.asana.world import Project, Task, Workspace
from health_assets.sources.asana import SOURCE, Settings
from health_assets.sources.asana.records import KINDS
from health_assets.sources.view import View
from health_assets.store.frames import series

NOW = datetime(2026, 3, 18, 15, 20, tzinfo=UTC)
ZONE = ZoneInfo("UTC")
TODAY = day_at(NOW, ZONE)
DAY = timedelta(days=1)
WORKSPACE, BUGS = "100", "200"
METRICS = {metric.name: metric for family in SOURCE.families for metric in family.metrics}
OWN = {"key": Column.TEXT, "version": Column.TEXT, "starts_at": Column.TIME, "ends_at": Column.TIME}


def settings_for(url: str, **changes: Any) -> Settings:
    workspace = {"name": "acme", "gid": WORKSPACE, "bugs_project": BUGS} | changes.pop("workspace", {})
    return Settings.model_validate({"workspaces": [workspace], "api_url": f"{url}/asana", **changes})


def workspace(*tasks: Task, projects: Iterable[Project] = ()) -> Workspace:
    return Workspace(gid=WORKSPACE, projects=[Project(gid=BUGS, name="Bugs", tasks=tasks), *projects])


def task(gid: int, *, created: float = 3, **changes: Any) -> Task:
    """A task created so many days before NOW."""
    return Task(gid=str(gid), name=f"bug {gid}", created_at=NOW - created * DAY, **changes)


def frame_of(kind: str, records: Iterable[Record]) -> pd.DataFrame:
    rows = [record for record in records if record.kind == kind]
    (columns,) = [declared.columns for declared in KINDS if declared.name == kind]
    facts = {name: series([row.data[name] for row in rows], typed) for name, typed in columns.items()}
    return pd.DataFrame({**facts, **{name: series([getattr(row, name) for row in rows], OWN[name]) for name in OWN}})


class Held:
    """What was fetched so far, in memory; implements health_assets.model.source.Known."""

    def __init__(self) -> None:
        self.kept: dict[tuple[str, str], Record] = {}
        self.covered: dict[str, dict[str, Coverage]] = {}

    def keep(self, batch: Batch) -> Batch:
        for kind, day in batch.snapshots.items():
            self.kept = {key: row for key, row in self.kept.items() if key[0] != kind or not key[1].startswith(day)}
        for record in batch.records:
            held = self.kept.get((record.kind, record.key))
            if held is None or held.version <= record.version:
                self.kept[record.kind, record.key] = record
        for reading in batch.coverage:
            self.covered.setdefault(reading.kind, {})[reading.day] = reading
        return batch

    def coverage(self, kind: str) -> dict[str, Coverage]:
        return dict(self.covered.get(kind, {}))

    def records(self, kind: str, *, since: datetime) -> pd.DataFrame:
        return frame_of(kind, [row for row in self.kept.values() if row.ends_at is None or row.ends_at >= since])

    def measured(self, name: str, *, at: datetime = NOW, **settings: Any) -> Measurement:
        """The metric asana.projects.`name` at an instant."""
        frames = {kind.name: frame_of(kind.name, self.kept.values()) for kind in KINDS}
        measure = METRICS[f"asana.projects.{name}"].measure
        assert measure is not None
        day = day_at(at - timedelta(microseconds=1), ZONE)
        configured = settings_for("http://127.0.0.1:1", **settings)
        return measure(View(day=day, at=at, scope="acme", frames=frames, settings=configured))


def asking(
    held: Held, *, now: datetime = NOW, days: Iterable[Day] = (), seconds: float = 30.0, refetch: bool = False
) -> FetchRequest:
    return FetchRequest(
        scope="acme",
        days=tuple(days) or (day_at(now, ZONE),),
        now=now,
        zone=ZONE,
        known=held,
        deadline=time.monotonic() + seconds,
        refetch=refetch,
    )

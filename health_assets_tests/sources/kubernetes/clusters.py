"""Clusters behind the sandbox, fetches of them, and the measures of what came, for the tests of this source."""

import json
import time
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pandas as pd

from health_assets.model.metric import Measurement
from health_assets.model.record import Column, Record
from health_assets.model.source import FetchRequest
from health_assets.model.time import Day, day_at
from health_assets.sandbox.kubernetes.world import Container, Pod
from health_assets.sources.kubernetes import SOURCE, Settings
from health_assets.sources.kubernetes.records import KINDS
from health_assets.sources.view import View
from health_assets.store.frames import series

NOW = datetime(2026, 3, 18, 15, tzinfo=UTC)
ZONE = ZoneInfo("UTC")
TODAY = day_at(NOW, ZONE)
LONG_AGO = NOW - timedelta(days=30)
METRICS = {metric.name: metric for family in SOURCE.families for metric in family.metrics}
FIXTURES = Path(__file__).parent / "fixtures"


def recorded(name: str) -> list[Any]:
    return [json.loads(line) for line in (FIXTURES / name).read_text().splitlines()]


def settings_for(url: str, **changes: Any) -> Settings:
    reached = {"name": "prod", "api_url": f"{url}/kubernetes"} | changes.pop("cluster", {})
    return Settings.model_validate({"clusters": [reached], **changes})


def asking(*, now: datetime = NOW, days: Iterable[Day] = (), seconds: float = 30.0) -> FetchRequest:
    return FetchRequest(
        scope="prod",
        days=tuple(days) or (day_at(now, ZONE),),
        now=now,
        zone=ZONE,
        known=None,  # type: ignore[arg-type]  # snapshots build on nothing
        deadline=time.monotonic() + seconds,
    )


def measured(name: str, records: Iterable[Record], *, at: datetime = NOW) -> Measurement:
    """The metric k8s.`name` over records of `at`'s day."""
    held = list(records)
    frames = {}
    for kind in KINDS:
        rows = [record for record in held if record.kind == kind.name]
        columns = {column: series([row.data[column] for row in rows], typed) for column, typed in kind.columns.items()}
        frames[kind.name] = pd.DataFrame({**columns, "key": series([row.key for row in rows], Column.TEXT)})
    measure = METRICS[f"k8s.{name}"].measure
    assert measure is not None
    return measure(View(day=day_at(at, ZONE), at=at, scope="prod", frames=frames, settings=None))


def pod(name: str, *containers: Container, **changes: Any) -> Pod:
    made: dict[str, Any] = {"namespace": "prod", "name": name, "created_at": LONG_AGO, "containers": containers}
    return Pod(**(made | changes))

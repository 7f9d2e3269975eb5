"""Frames of runs as the store returns them, and measures by name, for the tests of the measures."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pandas as pd

from health_assets.model.metric import Measurement, Metric
from health_assets.model.record import Column
from health_assets.model.time import day_at
from health_assets.sources.view import View
from health_assets.sources.wandb.metrics import FAMILIES
from health_assets.sources.wandb.records import RUNS
from health_assets.sources.wandb.settings import Settings
from health_assets.store.frames import series

T = datetime(2026, 3, 10, tzinfo=UTC)
HOUR = timedelta(hours=1)
METRICS: Mapping[str, Metric] = {metric.name: metric for family in FAMILIES for metric in family.metrics}

Row = dict[str, Any]


def settings(**changes: Any) -> Settings:
    return Settings.model_validate({"entity": "acme", "project": "rocket", "api_url": "http://127.0.0.1:1"} | changes)


def row(run_id: str, *, begin: float, end: float | None = None, state: str = "", at: datetime = T, **more: Any) -> Row:
    """A run that lived from `begin` to `end` hours before `at`, None: it goes on. Negative hours lie after `at`."""
    created = at - begin * HOUR
    ended = None if end is None else at - end * HOUR
    return {
        "key": run_id,
        "version": "1",
        "starts_at": created,
        "ends_at": ended,
        "run_id": run_id,
        "name": run_id,
        "url": f"https://example.invalid/{run_id}",
        "state": state or ("running" if end is None else "finished"),
        "tags": [],
        "created_at": created,
        "ended_at": ended,
        "summary": {},
        **more,
    }


def frame(rows: Sequence[Mapping[str, Any]]) -> pd.DataFrame:
    columns = {**RUNS.columns, "key": Column.TEXT, "version": Column.TEXT}
    columns |= {"starts_at": Column.TIME, "ends_at": Column.TIME}
    return pd.DataFrame({name: series([one.get(name) for one in rows], kind) for name, kind in columns.items()})


def view(*rows: Row, at: datetime = T, **configured: Any) -> View:
    day = day_at(at - timedelta(microseconds=1), ZoneInfo("UTC"))
    return View(day=day, at=at, scope="acme/rocket", frames={"runs": frame(rows)}, settings=settings(**configured))


def measured(name: str, seen: View) -> Measurement:
    measure = METRICS[name].measure
    assert measure is not None
    return measure(seen)


def value(name: str, seen: View) -> float:
    found = measured(name, seen)
    assert found.value is not None, f"{name} is missing: {found.reason} {found.detail}"
    return found.value

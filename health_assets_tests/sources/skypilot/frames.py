"""Frames of SkyPilot records as the store returns them, a store in memory, and requests, for the tests."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pandas as pd

from health_assets.model.metric import Measurement, Metric
from health_assets.model.record import Batch, Column, Coverage, Record, RecordKind
from health_assets.model.source import FetchRequest
from health_assets.model.time import day_at, days_ending
from health_assets.sources.skypilot.metrics import FAMILIES
from health_assets.sources.skypilot.records import CLUSTERS, KINDS, MANAGED_JOBS
from health_assets.sources.skypilot.settings import Settings
from health_assets.sources.view import View

T = datetime(2026, 3, 10, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
UTC_ZONE = ZoneInfo("UTC")
METRICS: Mapping[str, Metric] = {metric.name: metric for family in FAMILIES for metric in family.metrics}
KIND = {kind.name: kind for kind in KINDS}
FRAME = {"key": Column.TEXT, "version": Column.TEXT, "starts_at": Column.TIME, "ends_at": Column.TIME}
DTYPES = {
    Column.TEXT: "str",
    Column.INTEGER: "Int64",
    Column.NUMBER: "float64",
    Column.FLAG: "boolean",
    Column.TIME: "datetime64[us, UTC]",
    Column.JSON: "object",
}

Row = dict[str, Any]


def frame(kind: RecordKind, rows: list[Row]) -> pd.DataFrame:
    columns = {**kind.columns, **FRAME}
    return pd.DataFrame(
        {name: pd.Series([row.get(name) for row in rows], dtype=DTYPES[typed]) for name, typed in columns.items()}
    )


def job(job_id: int, **changes: Any) -> Row:
    """A job on one L4 that was submitted 10 hours before T, started an hour later and still runs."""
    row = {
        "key": f"{job_id}/0",
        "job_id": job_id,
        "task_id": 0,
        "name": f"job {job_id}",
        "user": "ann",
        "status": "running",
        "submitted_at": T - 10 * HOUR,
        "started_at": T - 9 * HOUR,
        "ended_at": None,
        "accelerators": {"L4": 1.0},
        "spot": False,
        "region": "us-east-1",
        "recoveries": [],
    }
    row = row | changes
    return {"queued_at": row["submitted_at"], **row}


def queued(job_id: int, since: datetime, **changes: Any) -> Row:
    waiting = {"status": "starting", "queued_at": since, "submitted_at": since, "started_at": None}
    return job(job_id, **waiting, **changes)


def ended(job_id: int, at: datetime, status: str = "succeeded", **changes: Any) -> Row:
    times = {"submitted_at": at - 2 * HOUR, "started_at": at - HOUR, "ended_at": at, "status": status}
    return job(job_id, **(times | changes))


def view(*jobs: Row, clusters: list[Row] | None = None, at: datetime = T, **settings: Any) -> View:
    frames = {"managed_jobs": frame(MANAGED_JOBS, list(jobs)), "clusters": frame(CLUSTERS, clusters or [])}
    day = day_at(at - timedelta(microseconds=1), UTC_ZONE)
    own = Settings(api_url="http://127.0.0.1:1", **settings)
    return View(day=day, at=at, scope="skypilot", frames=frames, settings=own)


def measured(name: str, seen: View) -> Measurement:
    measure = METRICS[f"skypilot.{name}"].measure
    assert measure is not None
    return measure(seen)


def value(name: str, *jobs: Row, **changes: Any) -> float | None:
    return measured(name, view(*jobs, **changes)).value


class Held:
    """What was fetched so far, newest version wins; implements health_assets.model.source.Known."""

    def __init__(self) -> None:
        self.kept: dict[tuple[str, str], Record] = {}
        self.covered: dict[str, dict[str, Coverage]] = {}

    def keep(self, batch: Batch) -> Batch:
        for record in batch.records:
            assert set(record.data) == set(KIND[record.kind].columns)
            self.kept[record.kind, record.key] = record
        for reading in batch.coverage:
            self.covered.setdefault(reading.kind, {})[reading.day] = reading
        return batch

    def jobs(self) -> dict[str, Row]:
        return {key: dict(record.data) for (kind, key), record in sorted(self.kept.items()) if kind == "managed_jobs"}

    def coverage(self, kind: str) -> dict[str, Coverage]:
        return dict(self.covered.get(kind, {}))

    def records(self, kind: str, *, since: datetime) -> pd.DataFrame:
        rows = [
            {**record.data, **{name: getattr(record, name) for name in FRAME}}
            for (name, _), record in self.kept.items()
            if name == kind and (record.ends_at is None or record.ends_at >= since)
        ]
        return frame(KIND[kind], rows)


def asking(held: Held, *, now: datetime, days: int = 1, back: int = 0, **changes: Any) -> FetchRequest:
    """A request for `days` days, the last of them `back` days before `now`'s."""
    last = now.date() - timedelta(days=back)
    given = {"scope": "skypilot", "zone": UTC_ZONE, "known": held, "deadline": float("inf"), **changes}
    return FetchRequest(days=days_ending(last, days, UTC_ZONE), now=now, **given)

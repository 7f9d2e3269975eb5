"""Fetch of one project: what changed since the last capture and what was active then, or everything after an absence.

A run changes only while it sends heartbeats, or when W&B gives it up (its heartbeat stays); so heartbeats since the
last capture, less an overlap, and the runs known as active are all that can be new.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import pandas as pd

from health_assets.model.errors import ContractError
from health_assets.model.record import Batch, Column, Coverage, Record, Rejection
from health_assets.model.source import FetchRequest
from health_assets.model.time import Day, day_at, days_touching, iso
from health_assets.sources.wandb.client import Client
from health_assets.sources.wandb.records import ACTIVE, RUNS, run_record, version_of
from health_assets.sources.wandb.settings import Settings

OVERLAP = timedelta(minutes=15)
DELETED = "deleted"


def fetch(settings: Settings, request: FetchRequest) -> Batch:
    """All runs that make every day in request.days measurable as of min(its end, request.now).

    Makes no request when all days are settled. Raises SourceError with the number of requests made, and ConfigError
    when the key's environment variable is not set.
    """
    days = lookback_days(request)
    since = changed_since(days, request)
    if since is None:
        return Batch(scope=request.scope, records=(), coverage=(), requests=0)
    known = request.known.records(RUNS.name, since=days[0].start)
    active = tuple(known.loc[known["ended_at"].isna(), "key"])
    client = Client(settings, scope=request.scope, deadline=request.deadline, meter=request.meter)
    nodes = client.runs(request.scope, run_filter(since, active=active))
    records, rejections = read_runs(nodes, settings=settings, request=request)
    seen = {str(node.get("name")) for node in nodes if isinstance(node, Mapping)}
    gone = known[known["key"].isin(set(active) - seen)]
    records += [_deleted(row, now=request.now) for row in gone.to_dict("records")]
    return Batch(
        scope=request.scope,
        records=tuple(records),
        coverage=_coverage(days, known, records, now=request.now),
        requests=client.requests,
        rejections=tuple(rejections),
    )


def lookback_days(request: FetchRequest) -> tuple[Day, ...]:
    """The days that runs must be covered for, oldest first. Raises ValueError when no day asked for has begun."""
    last = min(request.days[-1], day_at(request.now, request.zone))
    start = request.days[0].start - RUNS.lookback
    if request.days[0].start > request.now:
        raise ValueError("no day asked for has begun")
    return days_touching(start, last.end, request.zone)


def changed_since(days: Sequence[Day], request: FetchRequest) -> datetime | None:
    """Since when changed runs have to be read; None when every day is settled.

    A capture knows every run as of its instant, so changes are read without a gap from the last one on: a run that
    ended during an outage before the look-back would stay active for ever otherwise.
    """
    covered = request.known.coverage(RUNS.name)
    open_days = [day for day in days if request.refetch or not _settled(covered.get(day.key), day)]
    if not open_days:
        return None
    held = None if request.refetch else covered.get(open_days[0].key)
    start = open_days[0].start
    if held is not None and not held.truncated:
        start = min(held.captured_at - OVERLAP, open_days[0].end)
    captures = [coverage.captured_at - OVERLAP for coverage in covered.values() if not coverage.truncated]
    return min(start, max(captures)) if captures else start


def run_filter(since: datetime, *, active: Sequence[str]) -> dict[str, Any]:
    """W&B's filter, in MongoDB's form: alive or created at or after `since`, active now, or known as active."""
    recent = {"$gte": iso(since)}
    return {
        "$or": [
            {"heartbeatAt": recent},
            {"createdAt": recent},
            {"state": {"$in": sorted(ACTIVE)}},
            {"name": {"$in": sorted(active)}},
        ]
    }


def read_runs(
    nodes: Iterable[Any], *, settings: Settings, request: FetchRequest
) -> tuple[list[Record], list[Rejection]]:
    """Records of the nodes that can be read, and what cannot."""
    records: list[Record] = []
    rejections: list[Rejection] = []
    for node in nodes:
        if not isinstance(node, Mapping):
            problem = f"is {type(node).__name__}, expected an object"
            rejections.append(Rejection(kind=RUNS.name, key="?", problem=problem))
            continue
        try:
            record, problems = run_record(node, settings=settings, scope=request.scope, now=request.now)
        except ContractError as error:
            key = str(node.get("name", "?"))[:80]
            rejections.append(Rejection(kind=RUNS.name, key=key, problem=error.message))
            continue
        records.append(record)
        rejections += problems
    return records, rejections


def _settled(coverage: Coverage | None, day: Day) -> bool:
    return coverage is not None and not coverage.truncated and coverage.captured_at >= day.end + RUNS.grace


def _deleted(row: Mapping[Any, Any], *, now: datetime) -> Record:
    """A run known as active that W&B has no more: over since now, because nothing tells when it was deleted."""
    data = {column: _value(row[column], kind) for column, kind in RUNS.columns.items()}
    created: datetime = data["created_at"]
    return Record(
        kind=RUNS.name,
        key=str(row["key"]),
        version=version_of(now, over=True),
        starts_at=created,
        ends_at=now,
        data={**data, "state": DELETED, "ended_at": now},
    )


def _value(value: Any, kind: Column) -> Any:
    if kind is Column.JSON:
        return value if isinstance(value, list | dict) else None
    if pd.isna(value):
        return None
    if kind is Column.TIME:
        return value.to_pydatetime()
    return {Column.INTEGER: int, Column.NUMBER: float, Column.FLAG: bool, Column.TEXT: str}[kind](value)


def _coverage(
    days: Sequence[Day], known: pd.DataFrame, records: Sequence[Record], *, now: datetime
) -> tuple[Coverage, ...]:
    """Every day of the look-back as read now; fetched = the runs that lived in it, stored and read."""
    spans = {
        key: (start.to_pydatetime(), None if pd.isna(end) else end.to_pydatetime())
        for key, start, end in zip(known["key"], known["starts_at"], known["ends_at"], strict=True)
    } | {record.key: (record.starts_at, record.ends_at) for record in records}
    return tuple(
        Coverage(
            kind=RUNS.name,
            day=day.key,
            captured_at=now,
            fetched=sum(start < day.end and (end is None or end >= day.start) for start, end in spans.values()),
        )
        for day in days
    )

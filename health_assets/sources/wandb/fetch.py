"""Fetch of one project: what changed since the last capture and what was active then, or everything after an absence.

A run changes only while it sends heartbeats, or when W&B gives it up (its heartbeat stays); so heartbeats since the
last capture, less an overlap, and the runs known as active are all that can be new.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

import pandas as pd

from health_assets.model.record import Batch, Coverage, Record, Rejection
from health_assets.model.source import FetchRequest
from health_assets.model.time import Day, iso
from health_assets.sources.fields import Payload, read_each
from health_assets.sources.planning import alive_in, changed_since, covered_by, lookback_days
from health_assets.sources.stored import Data, spans_of, stored_data
from health_assets.sources.wandb.client import Client
from health_assets.sources.wandb.records import ACTIVE, RUNS, run_record, version_of
from health_assets.sources.wandb.settings import Settings

DELETED = "deleted"


def fetch(settings: Settings, request: FetchRequest) -> Batch:
    """All runs that make every day in request.days measurable as of min(its end, request.now).

    Makes no request when all days are settled. Raises SourceError with the number of requests made, and ConfigError
    when the key's environment variable is not set.
    """
    days = lookback_days(RUNS, request)
    since = changed_since(days, covered_by(RUNS, request), now=request.now, grace=RUNS.grace)
    if since is None:
        return Batch(scope=request.scope, records=(), coverage=(), requests=0)
    known = request.known.records(RUNS.name, since=days[0].start)
    active = tuple(known.loc[known["ended_at"].isna(), "key"])
    client = Client(settings, scope=request.scope, deadline=request.deadline, meter=request.meter)
    nodes = client.runs(request.scope, run_filter(since, active=active))
    records, rejections = read_runs(nodes, settings=settings, request=request)
    seen = {str(node.get("name")) for node in nodes if isinstance(node, Mapping)}
    gone = known[known["key"].isin(set(active) - seen)]
    records += [_deleted(data, now=request.now) for data in stored_data(gone, RUNS).values()]
    return Batch(
        scope=request.scope,
        records=tuple(records),
        coverage=_coverage(days, known, records, now=request.now),
        requests=client.requests,
        rejections=tuple(rejections),
    )


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
    problems: list[Rejection] = []

    def read(node: Payload) -> Record:
        record, wrong = run_record(node, settings=settings, scope=request.scope, now=request.now)
        problems.extend(wrong)
        return record

    records, rejections = read_each(RUNS.name, nodes, read, name="name")
    return records, rejections + problems


def _deleted(data: Data, *, now: datetime) -> Record:
    """A run known as active that W&B has no more: over since now, because nothing tells when it was deleted."""
    return Record(
        kind=RUNS.name,
        key=data["run_id"],
        version=version_of(now, over=True),
        starts_at=data["created_at"],
        ends_at=now,
        data={**data, "state": DELETED, "ended_at": now},
    )


def _coverage(
    days: Sequence[Day], known: pd.DataFrame, records: Sequence[Record], *, now: datetime
) -> tuple[Coverage, ...]:
    """Every day of the look-back as read now; fetched = the runs that lived in it, stored and read."""
    spans = spans_of(known, records)
    return tuple(
        Coverage(
            kind=RUNS.name,
            day=day.key,
            captured_at=now,
            fetched=alive_in(day, spans.values()),
        )
        for day in days
    )

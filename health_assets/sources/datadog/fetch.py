"""Fetch of one account: the points of every query whose days are not settled, in one request where possible."""

from collections.abc import Iterator, Sequence
from datetime import datetime

from health_assets.model.record import Batch, Coverage, Record
from health_assets.model.source import FetchRequest
from health_assets.model.time import Day
from health_assets.sources.datadog.client import LONGEST_SERIES, Client
from health_assets.sources.datadog.queries import BUCKET, Asked
from health_assets.sources.datadog.records import GRACE, kind_of, points_of
from health_assets.sources.datadog.settings import Settings
from health_assets.sources.planning import covered_by, is_settled


def fetch(settings: Settings, request: FetchRequest, *, queries: Sequence[Asked]) -> Batch:
    """All points that make every day in request.days measurable as of min(its end, request.now).

    A day that is open, or was read before its end plus the grace, is read whole: late points restate it. Makes no
    request when all days of all queries are settled. Raises SourceError with the number of requests made, and
    ConfigError when a key is not set.
    """
    days, wanted = plan(request, queries)
    if not days:
        return Batch(scope=request.scope, records=(), coverage=(), requests=0)
    client = Client(settings, deadline=request.deadline, meter=request.meter)
    records: list[Record] = []
    try:
        for start, end in spans(days[0].start, min(days[-1].end, request.now)):
            for query, points in zip(wanted, client.series(wanted, start=start, end=end, bucket=BUCKET), strict=True):
                records += points_of(query, points)
    finally:
        client.close()
    return Batch(
        scope=request.scope,
        records=tuple(records),
        coverage=tuple(_coverage(query, day, records, now=request.now) for query in wanted for day in days),
        requests=client.requests,
    )


def plan(request: FetchRequest, queries: Sequence[Asked]) -> tuple[tuple[Day, ...], list[Asked]]:
    """(days from the first to the last that is not settled for some query, those queries).

    Days between are read again with them: one request for all costs less than one for each gap.
    """
    begun = [day for day in request.days if day.start <= request.now]
    unread: set[Day] = set()
    wanted = []
    for query in queries:
        covered = covered_by(kind_of(query), request)
        missing = {day for day in begun if not is_settled(covered.get(day.key), day, grace=GRACE)}
        if missing:
            unread |= missing
            wanted.append(query)
    return tuple(day for day in begun if unread and min(unread) <= day <= max(unread)), wanted


def spans(start: datetime, end: datetime) -> Iterator[tuple[datetime, datetime]]:
    """[start, end) without a bucket that is not complete, in pieces that one request may ask for."""
    buckets = (end - start) // BUCKET
    for first in range(0, buckets, LONGEST_SERIES):
        last = min(first + LONGEST_SERIES, buckets)
        yield start + first * BUCKET, start + last * BUCKET


def _coverage(query: Asked, day: Day, records: Sequence[Record], *, now: datetime) -> Coverage:
    count = sum(record.kind == query.kind and day.start <= record.starts_at < day.end for record in records)
    return Coverage(kind=query.kind, day=day.key, captured_at=now, fetched=count)

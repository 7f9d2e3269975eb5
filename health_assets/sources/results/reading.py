"""The incremental fetch of result documents: list once, read only what is new or changed.

Documents that cannot be read are named in each collection until they are mended or removed. A document that disappears
from the directory stays a fact: clearing old files does not rewrite the past.
"""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pandas as pd

from health_assets.model.errors import ContractError, SourceError
from health_assets.model.record import Batch, Column, Coverage, Record, RecordKind, Rejection
from health_assets.model.source import FetchRequest
from health_assets.model.time import Day
from health_assets.sources.planning import covered_by, is_settled, lookback_days
from health_assets.sources.results.client import LARGEST_BYTES, Directory, Listed
from health_assets.sources.results.document import Result
from health_assets.sources.results.settings import ResultSettings

EVER = datetime(1970, 1, 1, tzinfo=UTC)
DAY = timedelta(days=1)
#: So many documents are read in one collection; the next one goes on with the rest.
MOST_DOCUMENTS = 2_000

Read = Callable[[Listed, bytes], Record]

#: Columns of both kinds: what the listing said when the document was read, and what every result says.
RESULT_COLUMNS = {
    "name": Column.TEXT,
    "size": Column.INTEGER,
    "stamp": Column.TEXT,
    "job": Column.TEXT,
    "where": Column.TEXT,
    "started_at": Column.TIME,
    "finished_at": Column.TIME,
    "exit_code": Column.INTEGER,
    "url": Column.TEXT,
}


def fetch_results(
    settings: ResultSettings, request: FetchRequest, *, kind: RecordKind, read: Read, open_directory: type[Directory]
) -> Batch:
    """Every document that is new since the last fetch, and coverage of the days asked for and their look-back.

    No request when all of them are settled. Raises SourceError when the directory cannot be listed or read.
    """
    days, covered = lookback_days(kind, request), covered_by(kind, request)
    if all(is_settled(covered.get(day.key), day, grace=kind.grace) for day in days):
        return Batch(scope=request.scope, records=(), coverage=(), requests=0)
    directory = open_directory(settings, deadline=request.deadline, meter=request.meter)
    try:
        known = request.known.records(kind.name, since=EVER)
        fresh = _fresh(directory.documents(), known, refetch=request.refetch)
        records, rejections = _read_each(directory, fresh[:MOST_DOCUMENTS], kind, read)
    except SourceError as error:
        raise SourceError(
            error.message, cause=error.cause, hint=error.hint, requests=directory.meter.requests
        ) from error
    left = len(fresh) - MOST_DOCUMENTS
    detail = f"{left} of {len(fresh)} new documents are still to be read; the next tick goes on" if left > 0 else ""
    counts = _counts(days, known, records)
    return Batch(
        scope=request.scope,
        records=tuple(records),
        coverage=tuple(
            Coverage(
                kind=kind.name,
                day=day.key,
                captured_at=request.now,
                fetched=counts[day.key],
                truncated=left > 0,
                detail=detail,
            )
            for day in days
        ),
        requests=directory.meter.requests,
        rejections=tuple(rejections),
    )


def result_record(kind: RecordKind, listed: Listed, result: Result, **own: Any) -> Record:
    """The record of a document. own: the columns that only this kind has."""
    shared = {
        "name": listed.name,
        "size": listed.size,
        "stamp": listed.stamp,
        "job": result.job,
        "where": result.where.lower(),
        "started_at": result.started_at,
        "finished_at": result.finished_at,
        "exit_code": result.exit_code,
        "url": result.url,
    }
    changed = listed.changed_at or result.finished_at
    return Record(
        kind=kind.name,
        key=listed.name,
        version=changed.astimezone(UTC).isoformat(timespec="microseconds"),
        starts_at=result.started_at,
        ends_at=result.finished_at,
        data=shared | own,
    )


def _fresh(documents: Sequence[Listed], known: pd.DataFrame, *, refetch: bool) -> list[Listed]:
    """What has to be read, the newest first, because the days of the grid matter most."""
    held = set() if refetch else set(zip(known["name"], known["size"], known["stamp"], strict=True))
    fresh = [one for one in documents if (one.name, one.size, one.stamp) not in held]
    return sorted(fresh, key=lambda one: (one.changed_at or EVER, one.name), reverse=True)


def _read_each(
    directory: Directory, documents: Sequence[Listed], kind: RecordKind, read: Read
) -> tuple[list[Record], list[Rejection]]:
    large = [one for one in documents if one.size > LARGEST_BYTES]
    rejections = [
        Rejection(kind=kind.name, key=one.name, problem=f"{one.size} bytes are more than {LARGEST_BYTES}")
        for one in large
    ]
    records = []
    for listed, body in directory.read([one for one in documents if one.size <= LARGEST_BYTES]):
        try:
            records.append(read(listed, body))
        except ContractError as error:
            rejections.append(Rejection(kind=kind.name, key=listed.name, problem=error.message))
    return records, rejections


def _counts(days: Sequence[Day], known: pd.DataFrame, records: Sequence[Record]) -> dict[str, int]:
    ends = dict(zip(known["key"], known["ends_at"], strict=True)) | {record.key: record.ends_at for record in records}
    return {day.key: sum(day.start < end <= day.end for end in ends.values()) for day in days}

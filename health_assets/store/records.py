"""Records: upserts by natural key, snapshots replaced as a whole, typed frames out."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import pandas as pd
from sqlalchemy import ColumnElement, Connection, Row, and_, delete, or_, select, update

from health_assets.model.record import Column, RecordKind
from health_assets.store import coverage
from health_assets.store.batch import Prepared
from health_assets.store.frames import series
from health_assets.store.payload import decoded
from health_assets.store.schema import RECORDS
from health_assets.store.statements import chunks, rows_where, upsert

#: Two readings that agree in these are the same reading.
_FACTS = ("version", "starts_at", "ends_at", "data")


@dataclass(frozen=True, kw_only=True)
class WriteSummary:
    """Records per kind. unchanged: equal to the stored row or older than it; removed: gone from a snapshot."""

    inserted: Counter[str]
    changed: Counter[str]
    unchanged: Counter[str]
    removed: Counter[str]


def write(connection: Connection, batch: Prepared, *, seen_at: datetime) -> WriteSummary:
    """Stores records, coverage and snapshots. The caller's transaction is a writing one."""
    summary = WriteSummary(inserted=Counter(), changed=Counter(), unchanged=Counter(), removed=Counter())
    current = coverage.merge(connection, batch.source, batch.coverage, scope=batch.scope)
    for kind, rows in batch.rows.items():
        day = batch.snapshots.get(kind)
        if day is None:
            _merge(connection, _place(batch, kind), rows, seen_at=seen_at, summary=summary)
        elif (kind, day) in current:
            prefix = and_(_place(batch, kind), RECORDS.c.key.startswith(f"{day}/", autoescape=True))
            gone = set(connection.scalars(select(RECORDS.c.key).where(prefix))) - rows.keys()
            for keys in chunks(gone):
                connection.execute(delete(RECORDS).where(_place(batch, kind), RECORDS.c.key.in_(keys)))
            summary.removed[kind] += len(gone)
            _merge(connection, _place(batch, kind), rows, seen_at=seen_at, summary=summary, outranks=True)
        else:
            summary.unchanged[kind] += len(rows)
    return summary


def read(
    connection: Connection, kind: RecordKind, *, scope: str, since: datetime | None, until: datetime | None
) -> pd.DataFrame:
    """The kind's columns, then key, version, starts_at, ends_at; sorted by (starts_at, key)."""
    table = RECORDS.c
    statement = select(table.key, table.version, table.starts_at, table.ends_at, table.data).where(
        table.source == kind.source, table.kind == kind.name, table.scope == scope
    )
    if since is not None:
        statement = statement.where(or_(table.ends_at.is_(None), table.ends_at >= since))
    if until is not None:
        statement = statement.where(table.starts_at <= until)
    # sorted here, because PostgreSQL orders text by the language of its database
    rows = sorted(connection.execute(statement), key=lambda row: (row.starts_at, row.key))
    return pd.DataFrame(
        {
            **decoded([row.data for row in rows], kind),
            "key": series([row.key for row in rows], Column.TEXT),
            "version": series([row.version for row in rows], Column.TEXT),
            "starts_at": series([row.starts_at for row in rows], Column.TIME),
            "ends_at": series([row.ends_at for row in rows], Column.TIME),
        }
    )


def _place(batch: Prepared, kind: str) -> ColumnElement[bool]:
    return and_(RECORDS.c.source == batch.source, RECORDS.c.kind == kind, RECORDS.c.scope == batch.scope)


def _merge(
    connection: Connection,
    place: ColumnElement[bool],
    rows: Mapping[str, Mapping[str, Any]],
    *,
    seen_at: datetime,
    summary: WriteSummary,
    outranks: bool = False,
) -> None:
    """Newest wins: a lower version overwrites nothing, unless the whole reading `outranks` what is stored."""
    statement = select(RECORDS.c.key, RECORDS.c.seen_at, *(RECORDS.c[fact] for fact in _FACTS)).where(place)
    stored = {row.key: row for row in rows_where(connection, statement, {RECORDS.c.key: rows.keys()})}
    fresh, kept = [], []
    for key, row in rows.items():
        before = stored.get(key)
        if before is None:
            summary.inserted[row["kind"]] += 1
            fresh.append({**row, "seen_at": seen_at})
        elif _overwrites(row, before, outranks=outranks):
            summary.changed[row["kind"]] += 1
            fresh.append({**row, "seen_at": max(seen_at, before.seen_at)})
        else:
            summary.unchanged[row["kind"]] += 1
            kept.append(key)
    upsert(connection, RECORDS, fresh)
    for keys in chunks(kept):
        older = and_(place, RECORDS.c.key.in_(keys), RECORDS.c.seen_at < seen_at)
        connection.execute(update(RECORDS).where(older).values(seen_at=seen_at))


def _overwrites(row: Mapping[str, Any], before: Row[Any], *, outranks: bool) -> bool:
    differs = any(row[fact] != getattr(before, fact) for fact in _FACTS)
    return differs and (outranks or row["version"] >= before.version)

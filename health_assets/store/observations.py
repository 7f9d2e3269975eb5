"""Observations: written only where something changed, read as a frame, with or without their evidence."""

import json
import math
from collections.abc import Collection, Iterable
from typing import Any, NamedTuple

import pandas as pd
from sqlalchemy import Connection, Row, select

from health_assets.model.errors import ContractError
from health_assets.model.metric import Evidence
from health_assets.model.observation import Observation
from health_assets.model.reason import Reason
from health_assets.model.record import Column
from health_assets.model.time import iso, parse_instant
from health_assets.store.frames import frame
from health_assets.store.schema import OBSERVATIONS
from health_assets.store.statements import rows_where, upsert

#: (metric, scope, day)
ObservationKey = tuple[str, str, str]

_COLUMNS = {
    "metric": Column.TEXT,
    "scope": Column.TEXT,
    "day": Column.TEXT,
    "value": Column.NUMBER,
    "reason": Column.TEXT,
    "detail": Column.TEXT,
    "samples": Column.INTEGER,
    "as_of": Column.TIME,
}


class StoredEvidence(NamedTuple):
    """The first pieces of evidence behind a value, and how many there were."""

    pieces: tuple[Evidence, ...]
    total: int


def write(connection: Connection, observations: Iterable[Observation], *, keep_values: bool) -> list[ObservationKey]:
    """Stores observations; returns, sorted, the keys of those that are new or differ. Raises ContractError.

    keep_values: a stored value stays, with its own as_of, where the new observation has none.
    """
    rows = _rows(observations)
    found = rows_where(
        connection,
        select(*OBSERVATIONS.columns),
        {OBSERVATIONS.c.metric: {metric for metric, _, _ in rows}, OBSERVATIONS.c.day: {day for _, _, day in rows}},
    )
    stored = {(row.metric, row.scope, row.day): row for row in found}
    changed = []
    for key in sorted(rows):
        before = stored.get(key)
        if before is not None and keep_values and before.value is not None and rows[key]["value"] is None:
            continue
        if before is None or rows[key] != before._asdict():
            changed.append(key)
    upsert(connection, OBSERVATIONS, [rows[key] for key in changed])
    return changed


def read(
    connection: Connection,
    *,
    metrics: Collection[str] | None,
    scopes: Collection[str] | None,
    days: Collection[str] | None,
) -> pd.DataFrame:
    """A frame without evidence, sorted by (metric, scope, day); a missing value is NaN beside its reason."""
    table = OBSERVATIONS.c
    statement = select(*(table[name] for name in _COLUMNS))
    rows = rows_where(connection, statement, {table.metric: metrics, table.scope: scopes, table.day: days})
    return frame(sorted(rows, key=lambda row: tuple(row[:3])), _COLUMNS)


def read_one(connection: Connection, metric: str, *, scope: str, day: str) -> Observation | None:
    """One observation with its evidence, or None when there is no row."""
    table = OBSERVATIONS.c
    row = connection.execute(
        select(*table).where(table.metric == metric, table.scope == scope, table.day == day)
    ).one_or_none()
    return None if row is None else _observation(row)


def read_evidence(
    connection: Connection, metrics: Collection[str], days: Collection[str]
) -> dict[ObservationKey, StoredEvidence]:
    """The evidence of the observations that have any."""
    table = OBSERVATIONS.c
    statement = select(table.metric, table.scope, table.day, table.evidence, table.evidence_total).where(
        table.evidence_total > 0
    )
    rows = rows_where(connection, statement, {table.metric: metrics, table.day: days})
    return {
        (row.metric, row.scope, row.day): StoredEvidence(_evidence(row.evidence), row.evidence_total) for row in rows
    }


def _rows(observations: Iterable[Observation]) -> dict[ObservationKey, dict[str, Any]]:
    rows: dict[ObservationKey, dict[str, Any]] = {}
    for observation in observations:
        key = (observation.metric, observation.scope, observation.day)
        if key in rows:
            raise ContractError(f"{' '.join(key)}: two observations in one write")
        if observation.value is None and observation.reason is None:
            raise ContractError(f"{' '.join(key)}: neither a value nor a reason")
        if observation.value is not None and not math.isfinite(observation.value):
            raise ContractError(f"{' '.join(key)}: {observation.value} is not a value; what is missing has a reason")
        rows[key] = {**vars(observation), "evidence": _evidence_text(observation.evidence)}
    return rows


def _observation(row: Row[Any]) -> Observation:
    fields = row._asdict()
    fields["reason"] = None if row.reason is None else Reason(row.reason)
    return Observation(**{**fields, "evidence": _evidence(row.evidence)})


def _evidence_text(pieces: Iterable[Evidence]) -> str:
    return json.dumps(
        [[piece.label, piece.url, None if piece.at is None else iso(piece.at), piece.note] for piece in pieces]
    )


def _evidence(text: str) -> tuple[Evidence, ...]:
    return tuple(
        Evidence(label=label, url=url, at=None if at is None else parse_instant(at), note=note)
        for label, url, at, note in json.loads(text)
    )

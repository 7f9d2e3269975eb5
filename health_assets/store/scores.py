"""Scores: whole frames in, only the changed rows written, whole frames out."""

import math
from collections.abc import Collection, Iterable, Iterator
from typing import Any

import pandas as pd
from sqlalchemy import Connection, select

from health_assets.model.errors import ContractError
from health_assets.model.observation import Score
from health_assets.model.record import Column
from health_assets.store.frames import frame
from health_assets.store.schema import SCORES
from health_assets.store.statements import rows_where, upsert

COLUMNS = {
    "fom": Column.TEXT,
    "scope": Column.TEXT,
    "day": Column.TEXT,
    "score": Column.NUMBER,
    "value": Column.NUMBER,
    "reason": Column.TEXT,
    "as_of": Column.TIME,
    "row_hash": Column.TEXT,
}
_Row = tuple[Any, ...]


def write(connection: Connection, scores: pd.DataFrame | Iterable[Score]) -> int:
    """Stores scores; returns how many are new or differ. Raises ContractError."""
    rows: dict[_Row, _Row] = {}
    for row in _rows(scores):
        key = row[:3]
        if key in rows:
            raise ContractError(f"{' '.join(key)}: two scores in one write")
        rows[key] = _checked(row)
    statement = select(*(SCORES.c[name] for name in COLUMNS))
    found = rows_where(
        connection, statement, {SCORES.c.fom: {fom for fom, _, _ in rows}, SCORES.c.day: {day for _, _, day in rows}}
    )
    stored = {tuple(row) for row in found}
    changed = [dict(zip(COLUMNS, row, strict=True)) for row in rows.values() if row not in stored]
    upsert(connection, SCORES, changed)
    return len(changed)


def read(connection: Connection, *, foms: Collection[str] | None, days: Collection[str] | None) -> pd.DataFrame:
    """A frame sorted by (fom, scope, day); a missing score is NaN beside its reason."""
    statement = select(*(SCORES.c[name] for name in COLUMNS))
    rows = rows_where(connection, statement, {SCORES.c.fom: foms, SCORES.c.day: days})
    return frame(sorted(rows, key=lambda row: tuple(row[:3])), COLUMNS)


def _rows(scores: pd.DataFrame | Iterable[Score]) -> Iterator[_Row]:
    if not isinstance(scores, pd.DataFrame):
        return (tuple(getattr(score, name) for name in COLUMNS) for score in scores)
    absent = COLUMNS.keys() - set(scores.columns)
    if absent:
        raise ContractError(f"a frame of scores lacks {', '.join(sorted(absent))}")
    # astype(object) first: a float column would turn None back into NaN
    values = scores[list(COLUMNS)].astype("object")
    return values.where(values.notna(), None).itertuples(index=False, name=None)


def _checked(row: _Row) -> _Row:
    named = " ".join(row[:3])
    score, value, reason = row[3:6]
    if score is None and reason is None:
        raise ContractError(f"{named}: neither a score nor a reason")
    if score is not None and not 0 <= score <= 1:
        raise ContractError(f"{named}: the score {score} is not in [0, 1]")
    if value is not None and not math.isfinite(value):
        raise ContractError(f"{named}: {value} is not a value; what is missing has a reason")
    return row

"""Scores and observations to a Grid: every row has a cell for every day, and every cell a number or a reason."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pandas as pd

from health_assets.grid.combine import aged, deciding
from health_assets.grid.model import Cell, Grid, Row, SourceStatus
from health_assets.grid.readings import after_attempt, reading_of
from health_assets.model.fom import Fom
from health_assets.model.metric import Evidence
from health_assets.model.observation import Collection
from health_assets.model.time import Day

EvidenceOf = Mapping[tuple[str, str, str], tuple[Evidence, ...]]


@dataclass(frozen=True, kw_only=True)
class RowInput:
    """One row to draw. scopes: what the source is configured to watch; each of them must be known for a cell to be."""

    fom: Fom
    source: str
    unit: str
    definition: str
    scopes: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class GridInput:
    """All that a grid is made of.

    rows: in the order of the catalogue. days: oldest first. now, as_of: aware UTC instants.
    scores: fom, scope, day, score, value, reason, as_of, row_hash; (fom, scope, day) unique.
    observations: metric, scope, day, detail, samples, evidence_total; (metric, scope, day) unique.
    evidence: (metric, scope, day) -> the kept pieces. collections: source -> its last collection.
    formula: the points of a FoM in words. Rows of the frames outside rows, scopes and days are ignored.
    """

    rows: Sequence[RowInput]
    days: Sequence[Day]
    scores: pd.DataFrame
    observations: pd.DataFrame
    now: datetime
    stale_after: timedelta
    zone: ZoneInfo
    formula: Callable[[Fom], str]
    evidence: EvidenceOf = field(default_factory=dict)
    collections: Mapping[str, Collection] = field(default_factory=dict)
    title: str = "System health"
    sandbox: bool = False


def build_grid(given: GridInput) -> Grid:
    """The grid of `given`. Raises ValueError for what only a fault of the program can bring: no days, a row without
    scopes, a score outside [0, 1], a missing score without reason, a pair of rows for one cell."""
    if not given.days:
        raise ValueError("a grid needs one day or more")
    scores = _indexed(given.scores, ["fom", "scope", "day"])
    observations = _indexed(given.observations, ["metric", "scope", "day"])
    rows = []
    for spec in given.rows:
        if not spec.scopes:
            raise ValueError(f"{spec.fom.name}: no scope is expected; a row without scopes could never be known")
        cells = tuple(_cell(spec, day, given=given, scores=scores, observations=observations) for day in given.days)
        formula = given.formula(spec.fom)
        rows.append(
            Row(
                fom=spec.fom,
                source=spec.source,
                unit=spec.unit,
                definition=spec.definition,
                formula=formula,
                cells=cells,
            )
        )
    sources = sorted({spec.source for spec in given.rows} | set(given.collections))
    return Grid(
        title=given.title,
        rows=tuple(rows),
        days=tuple(given.days),
        generated_at=given.now,
        stale_after=given.stale_after,
        zone=given.zone,
        sandbox=given.sandbox,
        sources=tuple(SourceStatus(source=name, collection=given.collections.get(name)) for name in sources),
    )


def _indexed(frame: pd.DataFrame, keys: list[str]) -> dict[tuple[str, str, str], dict[str, Any]]:
    twice = frame.loc[frame.duplicated(keys), keys]
    if not twice.empty:
        raise ValueError(f"two rows for one cell: {twice.iloc[0].to_dict()}")
    columns = [str(column) for column in frame.columns]
    records = (dict(zip(columns, row, strict=True)) for row in frame.itertuples(index=False, name=None))
    return {(record[keys[0]], record[keys[1]], record[keys[2]]): record for record in records}


def _cell(
    spec: RowInput,
    day: Day,
    *,
    given: GridInput,
    scores: Mapping[tuple[str, str, str], Mapping[str, Any]],
    observations: Mapping[tuple[str, str, str], Mapping[str, Any]],
) -> Cell:
    readings = []
    for scope in spec.scopes:
        key = (spec.fom.metric, scope, day.key)
        reading = reading_of(
            spec.fom,
            scope,
            score=scores.get((spec.fom.name, scope, day.key)),
            observation=observations.get(key, {}),
            evidence=given.evidence.get(key, ()),
        )
        reading = aged(reading, day=day, now=given.now, stale_after=given.stale_after, unit=spec.unit, zone=given.zone)
        attempt = given.collections.get(spec.source)
        readings.append(reading if attempt is None else after_attempt(reading, attempt, day=day, zone=given.zone))
    return Cell(day=day, shown=deciding(readings), scopes=tuple(readings), provisional=day.end > given.now)

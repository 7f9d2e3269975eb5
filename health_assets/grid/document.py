"""The grid as one plain JSON document: grid.json, `--format json`, and the data inside the page are this.

Schema version 1. Instants are ISO text in UTC; a number that is missing is null beside its `reason`; a cell's `score`,
`value`, `evidence` ... are those of `scope`, which decides the cell; `other_scopes` has the same fields for the others.
"""

from typing import Any
from urllib.parse import urlsplit

from health_assets.grid.colour import LOOKS, THRESHOLDS
from health_assets.grid.model import Cell, Grid, Reading, Row, SourceStatus
from health_assets.grid.wording import date_text, instant_text, value_text, weekday_text
from health_assets.model.metric import Evidence
from health_assets.model.reason import REASON_TEXT
from health_assets.model.time import iso

SCHEMA_VERSION = 1


def grid_document(grid: Grid) -> dict[str, Any]:
    """The whole grid as JSON values: dicts, lists, text, finite numbers, flags and None."""
    return {
        "schema": SCHEMA_VERSION,
        "title": grid.title,
        "generated_at": iso(grid.generated_at),
        "stale_after_seconds": int(grid.stale_after.total_seconds()),
        "timezone": grid.zone.key,
        "sandbox": grid.sandbox,
        "thresholds": list(THRESHOLDS),
        "colours": {colour: {"meaning": look.meaning, "shape": look.shape} for colour, look in LOOKS.items()},
        "counts": {colour.value: count for colour, count in grid.counts().items()},
        "days": [
            {
                "day": day.key,
                "label": f"{weekday_text(day.date)} {date_text(day.date)}",
                "provisional": day.end > grid.generated_at,
            }
            for day in grid.days
        ],
        "rows": [_row(row, grid=grid) for row in grid.rows],
        "sources": [_source(status, grid=grid) for status in sorted(grid.sources, key=lambda status: status.ok)],
    }


def _row(row: Row, *, grid: Grid) -> dict[str, Any]:
    fom = row.fom
    return {
        "fom": fom.name,
        "label": fom.label,
        "category": fom.category,
        "metric": fom.metric,
        "source": row.source,
        "unit": row.unit,
        "definition": row.definition,
        "condition": fom.condition,
        "why": fom.why,
        "points": [list(point) for point in fom.points],
        "formula": row.formula,
        "cells": [_cell(cell, row=row, grid=grid) for cell in row.cells],
    }


def _cell(cell: Cell, *, row: Row, grid: Grid) -> dict[str, Any]:
    others = [reading for reading in cell.scopes if reading is not cell.shown]
    return {
        "day": cell.day.key,
        "provisional": cell.provisional,
        **_reading(cell.shown, row=row, grid=grid),
        "other_scopes": [_reading(reading, row=row, grid=grid) for reading in others],
    }


def _reading(reading: Reading, *, row: Row, grid: Grid) -> dict[str, Any]:
    shown = None if reading.value is None else value_text(reading.value, row.unit)
    return {
        "scope": reading.scope,
        "colour": reading.colour.value,
        "score": reading.score,
        "text": reading.text,
        "value": reading.value,
        "value_text": shown,
        "formula": worked_formula(row, reading),
        "reason": None if reading.reason is None else reading.reason.value,
        "reason_text": None if reading.reason is None else REASON_TEXT[reading.reason],
        "detail": reading.detail,
        "samples": reading.samples,
        "as_of": None if reading.as_of is None else iso(reading.as_of),
        "as_of_text": None if reading.as_of is None else instant_text(reading.as_of, grid.zone),
        "evidence": [_evidence(piece, grid=grid) for piece in reading.evidence],
        "evidence_total": reading.evidence_total,
    }


def worked_formula(row: Row, reading: Reading) -> str:
    """The row's formula with the numbers of one reading in: `1 at <= 3, falling to 0 at >= 10; 6.5 minutes -> 0.50`."""
    if reading.score is None or reading.value is None:
        return row.formula
    return f"{row.formula}; {value_text(reading.value, row.unit)} -> {reading.text}"


def safe_url(url: str) -> str:
    """`url` where it is an http or https address, else empty: evidence comes from outside and may hold anything."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return ""
    return url if parts.scheme in ("http", "https") and parts.netloc else ""


def _evidence(piece: Evidence, *, grid: Grid) -> dict[str, Any]:
    return {
        "label": piece.label,
        "url": safe_url(piece.url),
        "at": None if piece.at is None else iso(piece.at),
        "at_text": None if piece.at is None else instant_text(piece.at, grid.zone),
        "note": piece.note,
    }


def _source(status: SourceStatus, *, grid: Grid) -> dict[str, Any]:
    last = status.collection
    if last is None:
        return {"source": status.source, "ok": False, "at": None, "at_text": None, "day": None, "failures": []}
    return {
        "source": status.source,
        "ok": status.ok,
        "at": iso(last.started_at),
        "at_text": instant_text(last.started_at, grid.zone),
        "day": last.day,
        "duration_seconds": last.duration_seconds,
        "requests": last.requests,
        "errors": last.errors,
        "rejected": last.rejected,
        "failures": [{"scope": scope, "cause": cause, "message": message} for scope, cause, message in last.failures],
    }

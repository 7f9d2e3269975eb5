"""The grid for scripts: JSON as described in document.py, and CSV with one line a cell."""

import json

import pandas as pd

from health_assets.grid.document import grid_document
from health_assets.grid.model import Cell, Grid, Row
from health_assets.model.time import iso

#: CSV columns, in order; new ones are only ever added at the end.
CSV_COLUMNS = (
    "day",
    "fom",
    "label",
    "category",
    "metric",
    "scope",
    "colour",
    "score",
    "text",
    "value",
    "unit",
    "reason",
    "detail",
    "samples",
    "as_of",
    "provisional",
)

_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


def grid_json(grid: Grid) -> str:
    """The document as indented JSON, ending with a newline. NaN and Infinity, which are not JSON, raise ValueError."""
    return json.dumps(grid_document(grid), indent=1, ensure_ascii=False, allow_nan=False) + "\n"


def grid_csv(grid: Grid) -> str:
    """Header and one line a cell, rows in grid order, days oldest first; what is missing is an empty field.

    The scope is the one that decides the cell. Text that a spreadsheet would run as a formula gets a ' in front.
    """
    lines = [_line(row, cell) for row in grid.rows for cell in row.cells]
    return pd.DataFrame(lines, columns=list(CSV_COLUMNS), dtype="object").to_csv(index=False, lineterminator="\n")


def _line(row: Row, cell: Cell) -> tuple[object, ...]:
    fom, shown = row.fom, cell.shown
    return (
        cell.day.key,
        fom.name,
        _inert(fom.label),
        fom.category,
        fom.metric,
        _inert(shown.scope),
        shown.colour.value,
        shown.score,
        shown.text,
        shown.value,
        row.unit,
        None if shown.reason is None else shown.reason.value,
        _inert(shown.detail),
        shown.samples,
        None if shown.as_of is None else iso(shown.as_of),
        "true" if cell.provisional else "false",
    )


def _inert(text: str) -> str:
    return f"'{text}" if text.startswith(_FORMULA_STARTS) else text

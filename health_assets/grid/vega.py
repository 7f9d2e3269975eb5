"""The grid as a Vega-Lite v5 specification: a heat map with number, shape and tooltip, data inline."""

import json
from collections.abc import Mapping
from typing import Any

from health_assets.grid.colour import LOOKS, Colour
from health_assets.grid.model import Cell, Grid, Row
from health_assets.grid.wording import date_text, value_text, weekday_text
from health_assets.model.reason import REASON_TEXT

SCHEMA = "https://vega.github.io/schema/vega-lite/v5.json"
_STEP = {"width": 74, "height": 22}


def vega_lite(grid: Grid) -> dict[str, Any]:
    """A complete specification; rows and days keep the order of the grid, colours are those of the light scheme."""
    return {
        "$schema": SCHEMA,
        "title": grid.title,
        "data": {"values": [_datum(row, cell) for row in grid.rows for cell in row.cells]},
        "width": {"step": _STEP["width"]},
        "height": {"step": _STEP["height"]},
        "encoding": {
            "x": ordinal_axis(
                "column", [_column(cell) for cell in grid.rows[0].cells] if grid.rows else [], orient="top"
            ),
            # two rows may carry the same label, so the name is the key and the axis shows the label
            "y": ordinal_axis("fom", [row.fom.name for row in grid.rows], orient="left")
            | {"axis": named_axis(row_labels(grid))},
            "tooltip": [
                {"field": field, "type": "nominal", "title": title}
                for field, title in (
                    ("label", "Metric"),
                    ("day", "Day"),
                    ("text", "Score"),
                    ("colour", "State"),
                    ("value", "Value"),
                    ("condition", "Wanted"),
                    ("reason", "Missing because"),
                    ("scope", "Scope"),
                )
            ],
        },
        "layer": [
            {
                "mark": {"type": "rect", "stroke": "#ffffff", "strokeWidth": 2},
                "encoding": {"color": colour_scale("fill")},
            },
            {
                "mark": {"type": "text", "fontSize": 11},
                "encoding": {"text": {"field": "drawn", "type": "nominal"}, "color": colour_scale("ink")},
            },
        ],
        # a shared scale would draw the numbers in the colour of their own background
        "resolve": {"scale": {"color": "independent"}},
        "config": {"view": {"stroke": None}},
    }


def ordinal_axis(field: str, order: list[str], *, orient: str) -> dict[str, Any]:
    """An encoding by a field whose values keep the given order, its labels upright."""
    axis = {"orient": orient, "labelAngle": 0, "domain": False, "ticks": False}
    return {"field": field, "type": "ordinal", "sort": order, "title": None, "axis": axis}


def row_labels(grid: Grid) -> dict[str, str]:
    """Name of a row -> what its axis shows."""
    return {row.fom.name: f"{row.fom.category} / {row.fom.label}" for row in grid.rows}


def named_axis(labels: Mapping[str, str], *, orient: str = "left") -> dict[str, Any]:
    """An axis that shows a label for each value."""
    # a Vega expression knows object literals, and JSON is one
    return {
        "labelExpr": f"({json.dumps(labels)})[datum.value]",
        "labelLimit": 420,
        "labelAngle": 0,
        "domain": False,
        "ticks": False,
        "orient": orient,
    }


def colour_scale(part: str) -> dict[str, Any]:
    """An encoding by the field `colour`. part: `fill` or `ink` of a Look."""
    colours = list(Colour)
    return {
        "field": "colour",
        "type": "nominal",
        "legend": None,
        "scale": {
            "domain": [colour.value for colour in colours],
            "range": [getattr(LOOKS[colour], part) for colour in colours],
        },
    }


def _datum(row: Row, cell: Cell) -> dict[str, Any]:
    shown = cell.shown
    return {
        "fom": row.fom.name,
        "label": row.fom.label,
        "category": row.fom.category,
        "day": cell.day.key,
        "column": _column(cell),
        "score": shown.score,
        "text": shown.text,
        "drawn": f"{LOOKS[shown.colour].shape} {shown.text}",
        "colour": shown.colour.value,
        "value": "" if shown.value is None else value_text(shown.value, row.unit),
        "condition": row.fom.condition,
        "reason": "" if shown.reason is None else REASON_TEXT[shown.reason],
        "scope": shown.scope,
        "provisional": cell.provisional,
    }


def _column(cell: Cell) -> str:
    today = " *" if cell.provisional else ""
    return f"{weekday_text(cell.day.date)} {date_text(cell.day.date)}{today}"

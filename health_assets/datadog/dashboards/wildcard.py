"""Wildcard: one Vega-Lite heat map with numbers and tooltips, from one query over all rows and days."""

from typing import Any

from health_assets.datadog.cells import GREEN_LIMIT, RED_LIMIT, category_tag, day_tag, last_minutes, query
from health_assets.datadog.dashboards.frame import COLUMNS, NOTE_HEIGHT, dashboard, headers, placed, title_note
from health_assets.grid.colour import LOOKS, Colour
from health_assets.grid.model import Grid
from health_assets.grid.vega import SCHEMA, colour_scale, named_axis, ordinal_axis, row_labels

NAME = "wildcard"
#: Datadog's names: the rows of the first request, and the milliseconds of a row in a timeseries answer.
TABLE, TIME = "table1", "_time"
SCORE = "score"
ROWS_TO_A_SQUARE = 2


def build(grid: Grid, *, env: str, owner: str) -> dict[str, Any]:
    """The dashboard's body as sent to Datadog, without an id. The same grid layout gives the same body."""
    height = len(grid.rows) // ROWS_TO_A_SQUARE + 4
    widgets = [
        placed(title_note(grid), x=0, y=0, width=COLUMNS, height=NOTE_HEIGHT),
        placed(_heat_map(grid, env=env), x=0, y=NOTE_HEIGHT, width=COLUMNS, height=height),
    ]
    return dashboard(grid, name=NAME, kind="heat map", env=env, owner=owner, widgets=widgets)


def _heat_map(grid: Grid, *, env: str) -> dict[str, Any]:
    return {
        "type": "wildcard",
        "title": "",
        "time": last_minutes(),
        "requests": [
            {
                "response_format": "timeseries",
                "queries": [
                    {
                        "data_source": "metrics",
                        "name": SCORE,
                        # one publish stamps all its cells alike, so they fall into one minute
                        "query": query(env=env, by="category,fom,day"),
                    }
                ],
                "formulas": [{"formula": SCORE, "alias": SCORE}],
            }
        ],
        "specification": {"type": "vega-lite", "contents": specification(grid)},
    }


def specification(grid: Grid) -> dict[str, Any]:
    """Vega-Lite over the rows of TABLE: category, fom, day, TIME and SCORE.

    Below lies a grey cell for each row and day; above it what the newest publish sent. What an earlier one sent and
    the newest did not is missing now.
    """
    days = {day_tag(offset): text for offset, text in headers(grid)}
    return {
        "$schema": SCHEMA,
        "width": "container",
        "height": "container",
        "encoding": {
            "x": ordinal_axis("day", list(days), orient="top") | {"axis": named_axis(days, orient="top")},
            "y": ordinal_axis("fom", [row.fom.name for row in grid.rows], orient="left")
            | {"axis": named_axis(row_labels(grid))},
        },
        "layer": [
            _layer({"values": _empty(grid)}, [], rectangle={"color": LOOKS[Colour.GREY].fill}, tooltip="missing"),
            _text({"values": _empty(grid)}, [], {"value": LOOKS[Colour.GREY].shape}, {"value": LOOKS[Colour.GREY].ink}),
            _layer({"name": TABLE}, _newest(), rectangle={}, tooltip=None),
            _text({"name": TABLE}, _newest(), {"field": "drawn", "type": "nominal"}, colour_scale("ink")),
        ],
        "resolve": {"scale": {"color": "independent"}},
        "config": {"view": {"stroke": None}},
    }


def _empty(grid: Grid) -> list[dict[str, str]]:
    return [
        {"fom": row.fom.name, "category": category_tag(row), "day": day_tag(offset)}
        for row in grid.rows
        for offset, _ in headers(grid)
    ]


def _newest() -> list[dict[str, Any]]:
    shapes = {colour.value: look.shape for colour, look in LOOKS.items()}
    shape = " : ".join(f"datum.colour == '{name}' ? '{sign}'" for name, sign in shapes.items())
    return [
        {"filter": f"isValid(datum.{SCORE})"},
        {"joinaggregate": [{"op": "max", "field": TIME, "as": "newest"}]},
        {"filter": f"datum['{TIME}'] == datum.newest"},
        {
            "calculate": f"datum.{SCORE} < {RED_LIMIT} ? 'red' : datum.{SCORE} < {GREEN_LIMIT} ? 'yellow' : 'green'",
            "as": "colour",
        },
        {"calculate": f"({shape} : '') + ' ' + format(datum.{SCORE}, '.2f')", "as": "drawn"},
    ]


def _layer(
    data: dict[str, Any], transform: list[dict[str, Any]], *, rectangle: dict[str, Any], tooltip: str | None
) -> dict[str, Any]:
    shown = [{"field": "fom", "title": "Metric"}, {"field": "day", "title": "Day"}]
    if tooltip is None:
        shown += [{"field": SCORE, "title": "Score"}, {"field": "colour", "title": "State"}]
    encoding: dict[str, Any] = {"tooltip": [{**field, "type": "nominal"} for field in shown]}
    if not rectangle:
        encoding["color"] = colour_scale("fill")
    mark = {"type": "rect", "stroke": "#ffffff", "strokeWidth": 2, **rectangle}
    return {"data": data, "transform": transform, "mark": mark, "encoding": encoding}


def _text(
    data: dict[str, Any], transform: list[dict[str, Any]], text: dict[str, Any], colour: dict[str, Any]
) -> dict[str, Any]:
    return {
        "data": data,
        "transform": transform,
        "mark": {"type": "text", "fontSize": 11},
        "encoding": {"text": text, "color": colour},
    }

"""Widget grid: a query_value tile a cell, a row a FoM, a column a day, grouped by category."""

from collections.abc import Sequence
from typing import Any

from health_assets.datadog.cells import colour_rules, day_tag, last_minutes, query
from health_assets.datadog.dashboards.frame import (
    COLUMNS,
    NOTE_HEIGHT,
    dashboard,
    headers,
    note,
    placed,
    plain,
    title_note,
)
from health_assets.grid.model import Grid, Row

NAME = "widget_grid"
#: The narrowest column in which a label can be read; a window with more days than the rest shows its last ones.
LABEL_WIDTH = 3
MOST_DAYS = COLUMNS - LABEL_WIDTH


def build(grid: Grid, *, env: str, owner: str) -> dict[str, Any]:
    """The dashboard's body as sent to Datadog, without an id. The same grid layout gives the same body."""
    days = headers(grid)[-MOST_DAYS:]
    label = COLUMNS - len(days)
    widgets = [placed(title_note(grid), x=0, y=0, width=COLUMNS, height=NOTE_HEIGHT)]
    top = NOTE_HEIGHT
    for category, rows in grid.by_category():
        height = len(rows) + 2
        widgets.append(
            placed(_group(category, rows, days=days, label=label, env=env), x=0, y=top, width=COLUMNS, height=height)
        )
        top += height
    return dashboard(grid, name=NAME, kind="widget grid", env=env, owner=owner, widgets=widgets)


def _group(
    category: str, rows: Sequence[Row], *, days: Sequence[tuple[int, str]], label: int, env: str
) -> dict[str, Any]:
    inside = [
        placed(note(f"**{text}**", align="center", size="12"), x=label + column, y=0, width=1, height=1)
        for column, (_, text) in enumerate(days)
    ]
    for line, row in enumerate(rows, start=1):
        text = f"**{plain(row.fom.label)}** {plain(row.fom.condition)}"
        inside.append(placed(note(text, size="12"), x=0, y=line, width=label, height=1))
        inside += [
            placed(_tile(row, offset, env=env), x=label + column, y=line, width=1, height=1)
            for column, (offset, _) in enumerate(days)
        ]
    return {"type": "group", "title": category, "layout_type": "ordered", "show_title": True, "widgets": inside}


def _tile(row: Row, offset: int, *, env: str) -> dict[str, Any]:
    asked = query(env=env, fom=row.fom.name, day=day_tag(offset))
    return {
        "type": "query_value",
        "autoscale": False,
        "precision": 2,
        "text_align": "center",
        "time": last_minutes(),
        "requests": [
            {
                "response_format": "scalar",
                "queries": [{"data_source": "metrics", "name": "score", "query": asked, "aggregator": "last"}],
                "formulas": [{"formula": "score"}],
                "conditional_formats": colour_rules(),
            }
        ],
    }

"""Query table: one row a FoM, one column a day, each column a query over all rows."""

from typing import Any

from health_assets.datadog.cells import colour_rules, day_tag, last_minutes, query
from health_assets.datadog.dashboards.frame import COLUMNS, NOTE_HEIGHT, dashboard, headers, placed, title_note
from health_assets.grid.model import Grid

NAME = "query_table"
ROW_LIMIT = 500


def build(grid: Grid, *, env: str, owner: str) -> dict[str, Any]:
    """The dashboard's body as sent to Datadog, without an id. The same grid layout gives the same body."""
    height = len(grid.rows) + 3
    widgets = [
        placed(title_note(grid), x=0, y=0, width=COLUMNS, height=NOTE_HEIGHT),
        placed(_table(grid, env=env), x=0, y=NOTE_HEIGHT, width=COLUMNS, height=height),
    ]
    return dashboard(grid, name=NAME, kind="table", env=env, owner=owner, widgets=widgets)


def _table(grid: Grid, *, env: str) -> dict[str, Any]:
    days = headers(grid)
    return {
        "type": "query_table",
        "title": "",
        "has_search_bar": "auto",
        "time": last_minutes(),
        "requests": [
            {
                "response_format": "scalar",
                "queries": [
                    {
                        "data_source": "metrics",
                        "name": _name(offset),
                        "query": query(env=env, day=day_tag(offset), by="category,fom"),
                        "aggregator": "last",
                    }
                    for offset, _ in days
                ],
                "formulas": [
                    {
                        "formula": _name(offset),
                        "alias": text,
                        "cell_display_mode": "number",
                        "conditional_formats": colour_rules(),
                    }
                    for offset, text in days
                ],
                "sort": {
                    "count": ROW_LIMIT,
                    "order_by": [
                        {"type": "group", "name": "category", "order": "asc"},
                        {"type": "group", "name": "fom", "order": "asc"},
                    ],
                },
            }
        ],
    }


def _name(offset: int) -> str:
    return f"day{offset}"

"""Cells of the grid as points of one metric, and the same colour rule in Datadog's words.

`health.fom.daily` carries the whole window at every publish, one series a cell, so that a backfilled day appears with
the next publish and one query draws the whole grid. A missing cell is not sent: what was sent before leaves the
dashboards WINDOW_MINUTES later, and the heat map at once, because it draws the newest publish only.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from health_assets.grid.colour import GREEN_FROM, RED_BELOW, Colour, score_text
from health_assets.grid.model import Cell, Grid, Row

METRIC = "health.fom.daily"
#: How far back a dashboard looks for the last point: one tick of 15 minutes and the time a tick may take.
WINDOW_MINUTES = 20
ROLLUP_SECONDS = 60
#: Half a step of the two decimals that are sent. Datadog documents 32-bit values, in which 0.7 reads 0.69999999.
HALF_STEP = 0.005
RED_LIMIT, GREEN_LIMIT = round(RED_BELOW - HALF_STEP, 3), round(GREEN_FROM - HALF_STEP, 3)
PALETTES: Mapping[Colour, str] = {
    Colour.RED: "white_on_red",
    Colour.YELLOW: "black_on_light_yellow",
    Colour.GREEN: "white_on_green",
}


@dataclass(frozen=True, kw_only=True)
class GridPoint:
    """A cell with a score: its tags without those of the installation, and what the grid shows, cut to two decimals."""

    fom: str
    category: str
    day: str
    score: float


def grid_points(grid: Grid) -> Iterator[GridPoint]:
    """The cells that have a score, rows in grid order, days oldest first."""
    for row in grid.rows:
        for offset, cell in offsets(row):
            if cell.shown.score is not None:
                yield GridPoint(
                    fom=row.fom.name,
                    category=category_tag(row),
                    day=day_tag(offset),
                    score=float(score_text(cell.shown.score)),
                )


def offsets(row: Row) -> Iterator[tuple[int, Cell]]:
    """(days before the last one, cell), oldest first."""
    last = len(row.cells) - 1
    return ((last - position, cell) for position, cell in enumerate(row.cells))


def day_tag(offset: int) -> str:
    """`d0` is the last day of the grid, `d-1` the one before: no new series every day."""
    return "d0" if offset == 0 else f"d-{offset}"


def category_tag(row: Row) -> str:
    """The category as Datadog would normalise it: `CI/CD` is `ci/cd`."""
    return row.fom.category.lower().replace(" ", "_")


def query(*, env: str, by: str = "", **tags: str) -> str:
    """The cells of this environment with these tags, each the last of its minute.

    Without a rollup of its own, two publishes in one of Datadog's intervals would be shown as their mean.
    """
    chosen = ",".join(f"{key}:{value}" for key, value in {"env": env, **tags}.items())
    return f"avg:{METRIC}{{{chosen}}}{f' by {{{by}}}' if by else ''}.rollup(last, {ROLLUP_SECONDS})"


def colour_rules() -> list[dict[str, Any]]:
    """Conditional formats, the first that holds wins: red, yellow, green by the one colour rule."""
    return [
        {"comparator": "<", "value": RED_LIMIT, "palette": PALETTES[Colour.RED]},
        {"comparator": "<", "value": GREEN_LIMIT, "palette": PALETTES[Colour.YELLOW]},
        {"comparator": ">=", "value": GREEN_LIMIT, "palette": PALETTES[Colour.GREEN]},
    ]


def last_minutes() -> dict[str, Any]:
    """Time of a widget: the last WINDOW_MINUTES up to the end of what the reader chose."""
    return {"type": "live", "value": WINDOW_MINUTES, "unit": "minute"}

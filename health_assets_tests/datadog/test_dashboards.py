"""The three dashboards: what Datadog takes, in its columns, and one body as long as the grid keeps its shape."""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from datadog_api_client.api_client import ApiClient
from datadog_api_client.configuration import Configuration
from datadog_api_client.v1.model.dashboard import Dashboard

from health_assets.datadog.dashboards import DASHBOARDS
from health_assets.datadog.dashboards.frame import COLUMNS, placed, plain
from health_assets.grid.model import Grid
from health_assets.model.time import days_ending
from health_assets_tests.grid.synthetic import HOSTILE, busy_grid, fom, golden_grid, small_grid

EVERY = pytest.mark.parametrize("name", list(DASHBOARDS))


def built(name: str, grid: Grid) -> dict[str, Any]:
    """A dashboard's body of the tests."""
    return DASHBOARDS[name](grid, env="test", owner="team:health")


def placements(widgets: list[dict[str, Any]]) -> Iterator[list[dict[str, int]]]:
    """Layouts that share a canvas: those on top, and those of each group."""
    yield [widget["layout"] for widget in widgets]
    for widget in widgets:
        inside = widget["definition"].get("widgets")
        if inside:
            yield from placements(inside)


@EVERY
def test_the_same_grid_later_in_the_day_gives_the_same_body(name):
    grid = busy_grid()
    later = replace(grid, generated_at=grid.generated_at + timedelta(minutes=15))
    assert json.dumps(built(name, grid)) == json.dumps(built(name, later))


@EVERY
def test_no_widget_overlaps_another_or_leaves_the_columns(name):
    for layouts in placements(built(name, busy_grid())["widgets"]):
        squares = [
            (x, y)
            for layout in layouts
            for x in range(layout["x"], layout["x"] + layout["width"])
            for y in range(layout["y"], layout["y"] + layout["height"])
        ]
        assert len(squares) == len(set(squares))
        assert COLUMNS > max(x for x, _ in squares)


@pytest.mark.parametrize("name", ["widget_grid", "wildcard"])
def test_every_row_is_there(name):
    text = json.dumps(built(name, busy_grid()))
    assert [] == [row.fom.name for row in busy_grid().rows if row.fom.name not in text]


@EVERY
def test_text_from_outside_is_no_markup(name):
    grid = small_grid([fom(label=HOSTILE[0])])
    notes = [
        widget["definition"]["content"]
        for group in built(name, grid)["widgets"]
        for widget in [group, *group["definition"].get("widgets", [])]
        if widget["definition"]["type"] == "note"
    ]
    assert [] == [note for note in notes if "<img" in note]


@pytest.mark.parametrize("name", ["widget_grid", "query_table"])
def test_the_clients_own_model_knows_every_field(name):
    body = built(name, golden_grid())
    client = ApiClient(Configuration())
    model = client.deserialize(json.dumps({**body, "id": "abc-def-ghi"}), (Dashboard,), True)
    assert isinstance(model, Dashboard)
    assert not model._unparsed


@EVERY
def test_only_a_team_becomes_a_tag(name):
    assert ["team:health"] == built(name, golden_grid())["tags"]
    assert [] == DASHBOARDS[name](golden_grid(), env="test", owner="someone@example.org")["tags"]


def test_a_window_too_wide_for_the_columns_shows_its_last_days():
    week = golden_grid()
    rows = tuple(replace(row, cells=row.cells * 2) for row in week.rows)
    fortnight = replace(week, days=days_ending(week.days[-1].date, 14, week.zone), rows=rows)
    text = json.dumps(built("widget_grid", fortnight))
    assert (True, False) == ("day:d-8" in text, "day:d-9" in text)


def test_a_widget_outside_of_the_columns_is_refused():
    with pytest.raises(ValueError, match="does not fit into 12 columns"):
        placed({}, x=8, y=0, width=5, height=1)


def test_plain_text_escapes_markdown():
    assert r"\*\*bold\*\* \[a\]\(b\)" == plain("**bold** [a](b)")

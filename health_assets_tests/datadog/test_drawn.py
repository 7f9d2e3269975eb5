"""The wildcard's Vega-Lite, compiled and drawn offline: numbers and shapes of the grid, and nothing stale."""

import re
from typing import Any

import pytest

from health_assets.datadog.cells import grid_points
from health_assets.datadog.dashboards.wildcard import TABLE, TIME, specification
from health_assets.grid.model import Grid
from health_assets_tests.grid.synthetic import busy_grid, golden_grid
from health_assets_tests.grid.test_golden import DRAWN

vl_convert = pytest.importorskip("vl_convert")
#: Datadog states 5.18; these are its neighbours.
VERSIONS = ("5.17", "5.20")
NEWEST, EARLIER = 1_773_239_700_000, 1_773_238_800_000


def rows(grid: Grid, *, at: int = NEWEST) -> list[dict[str, Any]]:
    """What Datadog hands to the chart after a publish."""
    return [
        {"fom": point.fom, "category": point.category, "day": point.day, "score": point.score, TIME: at}
        for point in grid_points(grid)
    ]


def texts(grid: Grid, values: list[dict[str, Any]], *, version: str = VERSIONS[0]) -> list[str]:
    """The cells' texts in the drawn chart, the grey ones first."""
    chart = specification(grid)
    layers = [
        {**layer, "data": {"values": values}} if layer["data"].get("name") == TABLE else layer
        for layer in chart["layer"]
    ]
    svg = vl_convert.vegalite_to_svg({**chart, "layer": layers, "width": 700, "height": 300}, vl_version=version)
    return re.findall(r">([■▲●○][^<]*)<", svg)


@pytest.mark.parametrize("version", VERSIONS)
def test_the_heat_map_is_gold(version):
    known = [text for text in DRAWN if "fail" not in text]
    assert known == [text for text in texts(golden_grid(), rows(golden_grid()), version=version) if text != "○"]


def test_every_cell_has_a_grey_one_below():
    assert 7 == texts(golden_grid(), []).count("○")


def test_what_the_newest_publish_did_not_send_is_missing():
    values = rows(golden_grid())
    stale = {**values[-1], "day": "d0", "score": 1.0, TIME: EARLIER}
    assert texts(golden_grid(), values) == texts(golden_grid(), [*values, stale])


def test_a_busy_week_is_drawn_whole():
    grid = busy_grid()
    drawn = [text for text in texts(grid, rows(grid)) if text != "○"]
    assert len(list(grid_points(grid))) == len(drawn)

"""The Vega-Lite specification: complete, ordered, and free of surprises in its data."""

import json

from health_assets.grid.vega import vega_lite
from health_assets_tests.grid.synthetic import HOSTILE, busy_grid, fom, seen, small_grid


def test_rows_and_days_keep_their_order() -> None:
    grid = busy_grid()
    encoding = vega_lite(grid)["encoding"]
    assert [row.fom.name for row in grid.rows] == encoding["y"]["sort"]
    assert ["Thu 5 Mar", "Fri 6 Mar", "Wed 11 Mar *"] == [encoding["x"]["sort"][place] for place in (0, 1, 6)]


def test_there_is_a_datum_for_every_cell() -> None:
    assert 42 * 7 == len(vega_lite(busy_grid())["data"]["values"])


def test_numbers_have_a_colour_scale_of_their_own() -> None:
    assert {"scale": {"color": "independent"}} == vega_lite(busy_grid())["resolve"]


def test_a_label_stays_a_string_in_the_axis_expression() -> None:
    label = HOSTILE[2] + '"}); evil('
    expression = vega_lite(small_grid([seen(1.0)], row=fom(label=label)))["encoding"]["y"]["axis"]["labelExpr"]
    inside = expression.removeprefix("(").removesuffix(")[datum.value]")
    assert {"health.ci.stale_prs.fom": f"CI/CD / {label}"} == json.loads(inside)


def test_the_specification_is_plain_json() -> None:
    json.dumps(vega_lite(busy_grid()), allow_nan=False)


def test_a_grid_without_rows_is_a_specification_all_the_same() -> None:
    grid = small_grid([])
    assert [] == vega_lite(type(grid)(**{**vars(grid), "rows": ()}))["data"]["values"]

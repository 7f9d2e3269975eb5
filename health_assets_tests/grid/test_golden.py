"""Scores at the thresholds and a missing one: every renderer agrees on colour, shape and number."""

import csv
import io
import json
import re

import pytest
from rich.console import Console

from health_assets.grid.colour import LOOKS, Colour
from health_assets.grid.exports import grid_csv, grid_json
from health_assets.grid.page import page_html
from health_assets.grid.terminal import print_grid
from health_assets.grid.vega import vega_lite
from health_assets_tests.grid.synthetic import GOLDEN, golden_grid

GOLD = [
    ("red", "0.00"),
    ("red", "0.29"),
    ("yellow", "0.30"),
    ("yellow", "0.69"),
    ("green", "0.70"),
    ("green", "1.00"),
    ("grey", "fail"),
]
DRAWN = [f"{LOOKS[Colour(colour)].shape} {text}" for colour, text in GOLD]


def test_the_grid_holds_the_golden_scores() -> None:
    assert [*GOLDEN, None] == [cell.shown.score for cell in golden_grid().rows[0].cells]


def test_the_cells_are_gold() -> None:
    assert GOLD == [(cell.colour, cell.shown.text) for cell in golden_grid().rows[0].cells]


@pytest.mark.parametrize("width", [80, 120])
def test_the_terminal_is_gold(width: int) -> None:
    console = Console(width=width, record=True, file=io.StringIO(), force_terminal=True, color_system="truecolor")
    print_grid(golden_grid(), console=console)
    printed = console.export_text(clear=False)
    assert DRAWN == re.findall(r"[■▲●○] (?:\d\.\d\d|[a-z]{4})(?= )", printed)[: len(DRAWN)]
    styled = console.export_text(styles=True)
    for colour, text in GOLD:
        background = LOOKS[Colour(colour)].ansi.split("on #")[1]
        red, green, blue = (int(background[place : place + 2], 16) for place in (0, 2, 4))
        assert re.search(rf"48;2;{red};{green};{blue}m[^\x1b]*{re.escape(text)}", styled)


def test_json_is_gold() -> None:
    (row,) = json.loads(grid_json(golden_grid()))["rows"]
    assert GOLD == [(cell["colour"], cell["text"]) for cell in row["cells"]]


def test_csv_is_gold() -> None:
    lines = csv.DictReader(io.StringIO(grid_csv(golden_grid())))
    assert GOLD == [(line["colour"], line["text"]) for line in lines]


def test_vega_is_gold() -> None:
    spec = vega_lite(golden_grid())
    assert GOLD == [(datum["colour"], datum["text"]) for datum in spec["data"]["values"]]
    assert DRAWN == [datum["drawn"] for datum in spec["data"]["values"]]
    fills = spec["layer"][0]["encoding"]["color"]["scale"]
    assert {c.value: look.fill for c, look in LOOKS.items()} == dict(zip(fills["domain"], fills["range"], strict=True))


def test_the_page_is_gold_without_javascript() -> None:
    cells = re.findall(
        r'class="cell (\w+)".*?<span class="shape" aria-hidden="true">(.)</span>([^<]+)<', page_html(golden_grid())
    )
    assert GOLD == [(colour, text) for colour, _, text in cells]
    assert [LOOKS[Colour(colour)].shape for colour, _ in GOLD] == [shape for _, shape, _ in cells]


def test_the_page_takes_its_colours_from_the_one_rule() -> None:
    html = page_html(golden_grid())
    for colour, look in LOOKS.items():
        assert f"--{colour}:{look.fill};--{colour}-ink:{look.ink};" in html
        assert f"--{colour}:{look.dark_fill};--{colour}-ink:{look.dark_ink};" in html

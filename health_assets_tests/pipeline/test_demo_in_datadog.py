"""The demo's grid in the three dashboards, drawn from what the stand-in of Datadog got: every cell is the same."""

import re
from collections.abc import Iterator
from dataclasses import replace
from html import unescape

import httpx
import pytest

from health_assets.datadog.cells import PALETTES, day_tag, offsets
from health_assets.grid.model import Grid
from health_assets.pipeline.datadog.account import datadog_client, settings_of
from health_assets.pipeline.datadog.metrics import publish_metrics
from health_assets.pipeline.datadog.objects import publish_dashboards
from health_assets.pipeline.grid import load_grid
from health_assets.pipeline.refresh import refresh
from health_assets_tests.datadog.test_drawn import texts
from health_assets_tests.datadog.test_publish import tiles
from health_assets_tests.pipeline.demo_stage import demo_stage

DAYS = 2
Pages = dict[str, str]


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Grid, Pages]]:
    """The grid and the dashboards' pages, by their names, after one publish."""
    folder = tmp_path_factory.mktemp("demo")
    with demo_stage(folder) as stage, stage.runtime(folder / "health.db") as opened:
        config = opened.project.config
        wider = replace(config, settings=config.settings.model_copy(update={"window_days": DAYS}))
        runtime = replace(opened, project=replace(opened.project, config=wider))
        refresh(runtime, days=runtime.days(DAYS))
        grid = load_grid(runtime)
        with datadog_client(settings_of(runtime)) as api:
            assert None is publish_metrics(runtime, grid, api).problem
            applied = publish_dashboards(runtime, grid, api).applied
        yield grid, {one.name: httpx.get(f"{stage.server.url}/datadog{one.url}", timeout=60).text for one in applied}


def shown(grid: Grid) -> dict[tuple[str, str], tuple[str, str]]:
    """(row, day) -> (colour, text) of every cell of the grid, missing ones as Datadog shows them."""
    return {
        (row.fom.name, day_tag(offset)): ("grey", "-")
        if cell.shown.score is None
        else (cell.colour.value, cell.shown.text)
        for row in grid.rows
        for offset, cell in offsets(row)
    }


def test_the_demo_has_all_rows(published: tuple[Grid, Pages]) -> None:
    grid, _ = published
    assert 42 * DAYS == len(shown(grid))


def test_the_widget_grid_is_the_grid(published: tuple[Grid, Pages]) -> None:
    grid, pages = published
    assert list(shown(grid).values()) == tiles(pages["widget_grid"])


def test_the_table_is_the_grid(published: tuple[Grid, Pages]) -> None:
    grid, pages = published
    found = {}
    for name, cells in re.findall(r"<tr><td>\S+ (\S+)</td>(.*?)</tr>", pages["query_table"]):
        days = [day_tag(offset) for offset in reversed(range(DAYS))]
        found |= {(unescape(name), day): cell for day, cell in zip(days, tiles(cells), strict=True)}
    known = {key: cell for key, cell in shown(grid).items() if key[0] in {name for name, _ in found}}
    assert known == found
    # a row without any score is not in the table: Datadog has no series of it
    assert {("grey", "-")} >= {cell for key, cell in shown(grid).items() if key not in known}


def test_the_heat_map_is_the_grid(published: tuple[Grid, Pages]) -> None:
    grid, pages = published
    drawn = sorted(re.findall(r">([■▲●] \d\.\d\d)<", pages["wildcard"]))
    assert sorted(text for text in texts(grid, rows_of(grid)) if text != "○") == drawn


def rows_of(grid: Grid) -> list[dict[str, object]]:
    """The chart's table as the grid itself would fill it."""
    return [
        {"fom": fom, "day": day, "category": "", "score": float(text), "_time": 0}
        for (fom, day), (colour, text) in shown(grid).items()
        if colour != "grey"
    ]


def test_every_palette_is_one_of_ours(published: tuple[Grid, Pages]) -> None:
    _, pages = published
    used = set(re.findall(r'data-palette="(\w+)"', pages["widget_grid"]))
    assert set(PALETTES.values()) >= used

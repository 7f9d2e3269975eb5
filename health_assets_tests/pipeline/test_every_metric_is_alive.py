"""One tick over the demo: every row has a score and every metric a value, or there was nothing to measure."""

from collections.abc import Iterator

import pandas as pd
import pytest

from health_assets.grid.model import Grid
from health_assets.model.observation import Collection
from health_assets.model.reason import Reason
from health_assets.pipeline.grid import load_grid
from health_assets.pipeline.refresh import refresh
from health_assets.pipeline.runtime import Runtime
from health_assets.sources.registry import SOURCES
from health_assets_tests.pipeline.demo_stage import NAMES, demo_stage, metrics_of

#: The specification counts a collection's own metrics once, not once for each source.
OWN = {"duration_seconds", "request_count", "metric_count", "error_count"}


@pytest.fixture(scope="module")
def runtime(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Runtime]:
    folder = tmp_path_factory.mktemp("demo")
    with demo_stage(folder) as stage, stage.runtime(folder / "health.db") as opened:
        yield opened


@pytest.fixture(scope="module")
def collections(runtime: Runtime) -> dict[str, Collection]:
    return {name: done.collection for name, done in refresh(runtime, days=runtime.days(1)).items()}


@pytest.fixture(scope="module")
def today(runtime: Runtime, collections: dict[str, Collection]) -> pd.DataFrame:
    return runtime.store.read_observations(days=[runtime.day().key])


@pytest.fixture(scope="module")
def grid(runtime: Runtime, collections: dict[str, Collection]) -> Grid:
    return load_grid(runtime)


def test_every_source_of_the_specification_is_collected_whole(collections: dict[str, Collection]) -> None:
    assert set(NAMES) == set(collections)
    assert {} == {name: found.failures for name, found in collections.items() if found.failures or found.rejected}


def test_164_metrics_are_declared(runtime: Runtime) -> None:
    own = {metric.name.rsplit(".", 1)[1] for source in SOURCES.values() for metric in source.all_families[-1].metrics}
    declared = {metric for name in NAMES for metric in metrics_of(runtime, name)}
    assert (OWN, 160) == (own, len(declared))
    assert 164 == len(declared) + len(own)


def test_every_metric_has_a_value_or_nothing_to_measure(runtime: Runtime, today: pd.DataFrame) -> None:
    assert set(runtime.project.metrics()) == set(today["metric"])
    missing = today[today["value"].isna()]
    assert {Reason.NO_DATA.value} >= set(missing["reason"])
    assert [] == today.loc[today["value"].isna() == today["reason"].isna(), "metric"].tolist()


def test_nearly_every_metric_has_a_value(today: pd.DataFrame) -> None:
    nothing = today.loc[today["value"].isna(), "metric"].tolist()
    assert len(nothing) <= 5, nothing


def test_all_42_rows_have_a_score_or_nothing_to_measure(grid: Grid) -> None:
    shown = {row.fom.name: row.latest.shown for row in grid.rows}
    assert 42 == len(shown)
    assert {} == {
        name: cell.reason for name, cell in shown.items() if cell.score is None and cell.reason is not Reason.NO_DATA
    }


def test_a_days_rows_show_red_yellow_and_green(grid: Grid) -> None:
    assert {"red", "yellow", "green"} <= {row.latest.shown.colour.value for row in grid.rows}

"""With one source's stand-in switched off, its cells turn grey and nothing else in the store differs."""

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text

from health_assets.model.observation import Collection
from health_assets.model.reason import Reason
from health_assets.pipeline.grid import load_grid
from health_assets.pipeline.refresh import refresh
from health_assets.pipeline.runtime import Runtime
from health_assets_tests.pipeline.demo_stage import (
    AFTERNOON,
    DAY,
    NAMES,
    DemoStage,
    Settings,
    demo_stage,
    metrics_of,
    switched_off,
)

#: What a reader of the store sees, evidence included, each row with the name that says whose it is.
TABLES = {
    "observations": "SELECT metric AS name, observations.* FROM observations WHERE metric NOT LIKE 'collector.%'",
    "scores": "SELECT fom AS name, scores.* FROM scores",
}

Rows = dict[str, dict[str, tuple[str, ...]]]
"""Table -> metric or row of the grid -> its stored rows as text."""


@dataclass
class Tick:
    """What is stored after a tick of the next day, and what the grid shows."""

    rows: Rows
    shown: dict[str, tuple[float | None, Reason | None]]
    collections: dict[str, Collection]
    metrics: dict[str, list[str]]
    foms: dict[str, set[str]]


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DemoStage]:
    with demo_stage(tmp_path_factory.mktemp("demo")) as running:
        yield running


@pytest.fixture(scope="module")
def good_store(stage: DemoStage, tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("good") / "health.db"
    stage.clock.now = AFTERNOON
    with stage.runtime(file) as runtime:
        refresh(runtime, days=runtime.days(1))
    return file


@pytest.fixture(scope="module")
def all_up(stage: DemoStage, good_store: Path, tmp_path_factory: pytest.TempPathFactory) -> Tick:
    return next_day(stage, good_store, tmp_path_factory, {})


@pytest.fixture(scope="module", params=NAMES)
def down(request: pytest.FixtureRequest) -> str:
    """The source that is off."""
    return str(request.param)


@pytest.fixture(scope="module")
def without(stage: DemoStage, good_store: Path, down: str, tmp_path_factory: pytest.TempPathFactory) -> Tick:
    with switched_off(stage, down) as settings:
        return next_day(stage, good_store, tmp_path_factory, settings)


def next_day(stage: DemoStage, good_store: Path, folders: pytest.TempPathFactory, settings: Settings) -> Tick:
    """A tick a day after the good one, over a copy of its store."""
    file = Path(shutil.copy(good_store, folders.mktemp("tick")))
    stage.clock.now = AFTERNOON + DAY
    with stage.runtime(file, changes=settings) as runtime:
        done = refresh(runtime, days=runtime.days(1))
        return Tick(
            rows=stored(runtime),
            shown={row.fom.name: (row.latest.shown.score, row.latest.shown.reason) for row in load_grid(runtime).rows},
            collections={name: found.collection for name, found in done.items()},
            metrics={name: metrics_of(runtime, name) for name in NAMES},
            foms={name: {fom.name for fom in runtime.project.foms_of(name)} for name in NAMES},
        )


def stored(runtime: Runtime) -> Rows:
    engine = create_engine(runtime.project.config.settings.store)
    found: Rows = {table: {} for table in TABLES}
    with engine.connect() as connection:
        for table, query in TABLES.items():
            for row in connection.execute(text(query)):
                found[table][row[0]] = (*found[table].get(row[0], ()), repr(tuple(row)))
    engine.dispose()
    return {table: {name: tuple(sorted(rows)) for name, rows in named.items()} for table, named in found.items()}


def differing(table: str, expected: Tick, found: Tick) -> set[str]:
    """Names whose rows of a table are not the same."""
    before, after = expected.rows[table], found.rows[table]
    return {name for name in before.keys() | after.keys() if before.get(name) != after.get(name)}


def test_only_the_source_that_is_off_fails(down: str, without: Tick) -> None:
    assert {down} == {name for name, collection in without.collections.items() if not collection.ok}


def test_exactly_its_metrics_change(down: str, all_up: Tick, without: Tick) -> None:
    assert set(all_up.metrics[down]) == differing("observations", all_up, without)


def test_exactly_its_rows_change_score(down: str, all_up: Tick, without: Tick) -> None:
    assert all_up.foms[down] == differing("scores", all_up, without)


def test_exactly_its_cells_turn_grey(down: str, all_up: Tick, without: Tick) -> None:
    grey = dict.fromkeys(all_up.foms[down], (None, Reason.SOURCE_FAILED))
    assert {**all_up.shown, **grey} == without.shown

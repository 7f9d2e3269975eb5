"""Stored scores follow the catalogue and the observations."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from health_assets.model.observation import Observation
from health_assets.pipeline.grid import load_grid
from health_assets.pipeline.runtime import Runtime
from health_assets.pipeline.score import outdated, score
from health_assets_tests.worlds import REPOSITORY, runtime_for

NOW = datetime(2026, 3, 10, 12, tzinfo=UTC)
STALE_PRS = "github.prs.stale_count_14d"


@pytest.fixture
def runtime(tmp_path: Path) -> Iterator[Runtime]:
    with runtime_for("http://127.0.0.1:9", store=tmp_path / "health.db", clock=lambda: NOW) as opened:
        yield opened


def observe(runtime: Runtime, value: float, *, day: str = "2026-03-10") -> None:
    runtime.store.write_observations(
        [
            Observation(
                metric=STALE_PRS,
                scope=REPOSITORY,
                day=day,
                value=value,
                reason=None,
                detail="",
                samples=int(value),
                as_of=NOW,
            )
        ]
    )


def shown(runtime: Runtime) -> float | None:
    rows = {row.fom.metric: row for row in load_grid(runtime).rows}
    return rows[STALE_PRS].latest.shown.score


def with_points(runtime: Runtime, points: tuple[tuple[float, float], ...]) -> Runtime:
    foms = tuple(replace(fom, points=points) if fom.metric == STALE_PRS else fom for fom in runtime.project.foms)
    return replace(runtime, project=replace(runtime.project, foms=foms))


def test_nothing_is_outdated_after_scoring(runtime: Runtime) -> None:
    observe(runtime, 25)
    score(runtime, runtime.project.foms)
    assert [] == outdated(runtime, days=["2026-03-10"])


def test_an_observation_that_was_never_scored_shows_scored(runtime: Runtime) -> None:
    observe(runtime, 25)
    assert 0.5 == shown(runtime)


def test_an_observation_measured_anew_is_scored_anew_before_it_is_shown(runtime: Runtime) -> None:
    observe(runtime, 0)
    score(runtime, runtime.project.foms)
    observe(runtime, 50)
    assert 0.0 == shown(runtime)


def test_an_edited_threshold_restates_every_stored_day(runtime: Runtime) -> None:
    for day in ("2025-11-01", "2026-03-10"):
        observe(runtime, 25, day=day)
    score(runtime, runtime.project.foms)
    edited = with_points(runtime, ((0, 1), (100, 0)))
    assert 0.75 == shown(edited)
    assert [0.75, 0.75] == list(edited.store.read_scores(days=["2025-11-01", "2026-03-10"])["score"])

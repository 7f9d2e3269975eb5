"""The promise of the project: a backfilled day is the day as it was collected live."""

import os
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from health_assets.model.metric import History
from health_assets.model.observation import Observation
from health_assets.model.time import Day, day_of
from health_assets.pipeline.collect import collect
from health_assets.pipeline.measure import measure
from health_assets.pipeline.refresh import refresh
from health_assets.pipeline.runtime import Runtime
from health_assets.pipeline.score import score
from health_assets.sandbox.github.world import Repository
from health_assets.sandbox.server import SandboxServer
from health_assets_tests.pipeline.weeks import DAYS, START, weeks
from health_assets_tests.worlds import REPOSITORY, runtime_for

QUARTER = timedelta(minutes=15)


def properties(examples: int) -> Any:
    """Few examples, as each is a week over real HTTP; HEALTH_EXAMPLES=10 runs ten times as many, all different ones."""
    more = int(os.environ.get("HEALTH_EXAMPLES", "1"))
    return settings(
        max_examples=examples * more,
        derandomize=more == 1,
        deadline=None,
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
    )


class Stage:
    """One world behind one server, with a clock that the test moves and as many stores as it likes."""

    def __init__(self, world: Repository, folder: Path, *, timezone: str = "UTC") -> None:
        self.now = START
        self.folder = folder
        self.timezone = timezone
        self.server = SandboxServer({REPOSITORY: world}, now=lambda: self.now)

    @contextmanager
    def store(self, name: str) -> Iterator[Runtime]:
        file = self.folder / f"{name}.db"
        with runtime_for(self.server.url, store=file, clock=lambda: self.now, timezone=self.timezone) as runtime:
            yield runtime


def week_days(timezone: str = "UTC") -> list[Day]:
    zone = ZoneInfo(timezone)
    return [day_of((START + timedelta(days=number)).date(), zone) for number in range(DAYS)]


def tick_instants(random: Random, *, days: Sequence[Day]) -> list[datetime]:
    """Two ticks on each day at any quarter hours, and the finalising one after each day's end."""
    found = []
    for day in days:
        length = int((day.end - day.start) / QUARTER)
        found += sorted(day.start + QUARTER * random.randrange(2, length) for _ in range(2))
        found.append(day.end + QUARTER)
    return found


def live(stage: Stage, runtime: Runtime, *, ticks: Sequence[datetime]) -> None:
    for instant in ticks:
        stage.now = instant
        today = runtime.day()
        finalising = instant - today.start < timedelta(hours=1)
        days = runtime.days(2) if finalising else [today]
        collected = refresh(runtime, days=days)["github"] if finalising else collect(runtime, "github", days=days)
        assert () == collected.collection.failures


def observations(runtime: Runtime, days: Sequence[Day]) -> dict[tuple[str, str], Observation | None]:
    """Everything stored about the reconstructible metrics of `days`, evidence included."""
    names = [metric.name for metric in runtime.project.metrics().values() if metric.history is History.RECONSTRUCTED]
    return {
        (name, day.key): runtime.store.read_observation(name, scope=REPOSITORY, day=day.key)
        for name in names
        for day in days
    }


def scores(runtime: Runtime, days: Sequence[Day]) -> str:
    return runtime.store.read_scores(days=[day.key for day in days]).to_csv()


@pytest.mark.timeout(600)
@given(world=weeks(), seed=st.integers(0, 2**16))
@properties(4)
def test_a_week_of_ticks_ends_as_one_backfill_of_it(world: Repository, seed: int) -> None:
    days = week_days()
    with tempfile.TemporaryDirectory() as folder:
        stage = Stage(world, Path(folder))
        with stage.server, stage.store("live") as ticked, stage.store("backfill") as filled:
            live(stage, ticked, ticks=tick_instants(Random(seed), days=days))
            refresh(filled, days=days)
            measure(filled, "github", days=days)
            assert observations(filled, days) == observations(ticked, days)
            assert scores(filled, days) == scores(ticked, days)


@pytest.mark.timeout(600)
@pytest.mark.parametrize("timezone", ["America/New_York", "Asia/Kolkata"])
@given(world=weeks())
@properties(1)
def test_it_holds_in_other_timezones_and_over_daylight_saving(timezone: str, world: Repository) -> None:
    """The week holds the night of 2026-03-08, in which New York has no two o'clock."""
    days = week_days(timezone)
    with tempfile.TemporaryDirectory() as folder:
        stage = Stage(world, Path(folder), timezone=timezone)
        with stage.server, stage.store("live") as ticked, stage.store("backfill") as filled:
            live(stage, ticked, ticks=tick_instants(Random(1), days=days))
            refresh(filled, days=days)
            assert observations(filled, days) == observations(ticked, days)


@pytest.mark.timeout(600)
@given(world=weeks(), seed=st.integers(0, 2**16))
@properties(2)
def test_batches_stored_late_twice_or_out_of_order_end_the_same(world: Repository, seed: int) -> None:
    days = week_days()
    random = Random(seed)
    with tempfile.TemporaryDirectory() as folder:
        stage = Stage(world, Path(folder))
        with stage.server, stage.store("live") as ticked, stage.store("shuffled") as shuffled:
            source = ticked.project.sources["github"][0]
            batches = []
            for instant in tick_instants(random, days=days):
                stage.now = instant
                collected = collect(ticked, "github", days=ticked.days(2))
                batches += [(instant, batch) for batch in collected.batches.values()]
            arriving = batches + random.sample(batches, k=len(batches) // 2)
            random.shuffle(arriving)
            for seen_at, batch in arriving:
                shuffled.store.write_batch("github", batch, kinds=source.kinds, seen_at=seen_at)
            for runtime in (ticked, shuffled):
                measure(runtime, "github", days=days)
                score(runtime, runtime.project.foms)
            assert observations(ticked, days) == observations(shuffled, days)
            assert scores(ticked, days) == scores(shuffled, days)

"""Days of ticks end as one backfill of them, for every metric; runs begin, end, crash and go on at any time."""

import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from health_assets.model.time import Day
from health_assets.pipeline.collect import collect
from health_assets.pipeline.measure import measure
from health_assets.pipeline.runtime import Runtime
from health_assets.sandbox.wandb.world import TrainingRun
from health_assets_tests.sources.wandb.frames import METRICS
from health_assets_tests.sources.wandb.stage import SCOPE, Stage

START = datetime(2026, 3, 4, tzinfo=UTC)
DAYS = 4
NAMES = ("github.sky.main.{}", "nightly.arena.{}", "multinode.{}", "try.{}")
KEYS = ("accuracy", "loss", "overview/sps", "overview/shaped_sps", "env_agent/heart.gained", "timing_per_epoch/sps")


def world(seed: int) -> list[TrainingRun]:
    random = Random(seed)
    return [_run(random, number) for number in range(random.randrange(5, 60))]


def _run(random: Random, number: int) -> TrainingRun:
    created = START + timedelta(minutes=random.randrange(-12 * 24 * 60, DAYS * 24 * 60))
    lasted = timedelta(minutes=random.choice((0, 5, 90, 700, 3000)) + random.randrange(60))
    return TrainingRun(
        run_id=f"r{number}",
        name=random.choice(NAMES).format(number),
        created_at=created,
        ended_at=None if random.random() < 0.1 else created + lasted,
        outcome=random.choice(("finished", "finished", "failed", "crashed", "killed", "preempted")),
        sweep=random.choice((None, "s1")),
        gpu_count=random.choice((None, 1, 8)),
        # as the service shows it: the newest sample only, which is why it is the same all over a run's life here
        utilization=random.choice((None, 40.0, 90.0)),
        summary={key: random.random() for key in KEYS if random.random() < 0.8},
        summary_text=random.choice((None, None, '"{}"', "{cut")),
    )


def observed(runtime: Runtime, days: tuple[Day, ...]) -> dict[tuple[str, str], object]:
    return {
        (name, day.key): runtime.store.read_observation(name, scope=SCOPE, day=day.key)
        for name in METRICS
        for day in days
    }


@pytest.mark.timeout(120)
@given(seed=st.integers(0, 2**16))
@settings(max_examples=2, deadline=None, derandomize=True, phases=[Phase.generate])
def test_days_of_ticks_end_as_one_backfill_of_them(seed: int) -> None:
    random = Random(seed)
    with tempfile.TemporaryDirectory() as folder:
        stage = Stage(world(seed), now=START)
        with (
            stage.server,
            stage.runtime(Path(folder, "live.db")) as live,
            stage.runtime(Path(folder, "filled.db")) as filled,
        ):
            for day in range(DAYS):
                midnight = START + timedelta(days=day)
                instants = sorted(midnight + timedelta(minutes=random.randrange(15, 1425)) for _ in range(2))
                for stage.now in (*instants, midnight + timedelta(days=1, minutes=15)):
                    collect(live, "wandb", days=live.days(2))
                measure(live, "wandb", days=live.days(2)[:1])
            days = live.days(DAYS, end=live.day(START + timedelta(days=DAYS - 1)))
            collect(filled, "wandb", days=days)
            measure(filled, "wandb", days=days)
            assert observed(filled, days) == observed(live, days)

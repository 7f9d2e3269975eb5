"""The invented team's training of the demo: 45 days of runs, drawn by calendar date.

On broken days what is pushed to main fails and learns nothing, on slow days GPUs wait for data; no arena run is
started on Sundays and no multi-node run on Saturdays. How many runs fail differs from week to week.
"""

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, time, timedelta
from random import Random
from typing import Any

from starlette.routing import BaseRoute

from health_assets.sandbox.github.demo.calendar import Mood, is_weekend, mood_of, week_of
from health_assets.sandbox.wandb.service import PREFIX, WandB, routes
from health_assets.sandbox.wandb.world import Project, TrainingRun

DAYS = 45
FUTURE_DAYS = 7
SATURDAY, SUNDAY = 5, 6
PEOPLE = ("ann", "bo", "cy", "dee")
HEARTS = {Mood.BROKEN: 0.12, Mood.SLOW: 0.4, Mood.FLAKY: 0.35}
STEPS = {Mood.SLOW: 24_000, Mood.BROKEN: 36_000}
LOSS = {Mood.BROKEN: 1.8, Mood.SLOW: 1.0, Mood.FLAKY: 0.8}
ACCURACY = {Mood.BROKEN: 0.2, Mood.SLOW: 0.55, Mood.FLAKY: 0.6}
UTILIZATION = {Mood.SLOW: 17.0, Mood.BROKEN: 44.0}
#: Failing runs on the broken and the slow day of a week, by the week's number modulo 3.
FAILING = {0: (2, 2), 1: (0, 0), 2: (1, 0)}


def demo_project(path: str, *, now: datetime) -> Project:
    """The project with its runs of the DAYS before `now` and of a week after it."""
    first = now.astimezone(UTC).date() - timedelta(days=DAYS)
    dates = [first + timedelta(days=step) for step in range(DAYS + FUTURE_DAYS + 1)]
    return Project(path=path, runs=tuple(run for day in dates for run in _Day(path, day).runs()))


def demo_routes(clock: Callable[[], datetime], *, path: str = "acme/rocket", prefix: str = PREFIX) -> list[BaseRoute]:
    """The stand-in of the demo project entity/project `path` as of the clock."""
    return routes(WandB({path: demo_project(path, now=clock())}, clock), prefix=prefix)


class _Day:
    """The runs that are started on one calendar date (UTC)."""

    def __init__(self, path: str, day: date) -> None:
        self._day = day
        self._mood = mood_of(day)
        self._rng = Random(f"{path}/runs/{day}")
        self._number = 0
        broken, slow = FAILING[week_of(day) % 3]
        self._failing = {Mood.BROKEN: broken, Mood.SLOW: slow}.get(self._mood, 0)

    def runs(self) -> Iterator[TrainingRun]:
        """All of them; those that fail first are the ones pushed to main."""
        stamp = self._day.strftime("%Y%m%d")
        for hour in (10,) if is_weekend(self._day) else (8, 11, 14, 17):
            yield self._run(f"github.sky.main.{stamp}.{hour}", hour=hour, hours=2.0, gpus=4, may_fail=True)
        for hour in () if self._day.weekday() == SUNDAY else (1, 13):
            yield self._run(f"nightly.arena.1x4.{stamp}.{hour}", hour=hour, hours=5.0, gpus=4)
        if self._day.weekday() != SATURDAY:
            yield self._run(f"nightly.multinode.4x8.{stamp}", hour=2, hours=9.0, gpus=8, tags=("multinode",))
        for number in range(2 if is_weekend(self._day) else 6):
            sweep = f"s{week_of(self._day)}"
            yield self._run(f"search.{stamp}.{number}", hour=6 + number * 2, hours=1.5, gpus=1, sweep=sweep)
        for number in range(0 if is_weekend(self._day) else 3):
            person = self._rng.choice(PEOPLE)
            hours = self._rng.choice((0.8, 3.0, 6.0, 20.0))
            yield self._run(f"{person}.try.{stamp}.{number}", hour=9 + number * 3, hours=hours, gpus=None, user=person)

    def _run(
        self, name: str, *, hour: float, hours: float, gpus: int | None, may_fail: bool = False, **facts: Any
    ) -> TrainingRun:
        self._number += 1
        created = datetime.combine(self._day, time(), UTC) + timedelta(hours=hour + self._rng.uniform(0, 0.7))
        stretched = hours * self._rng.uniform(0.8, 1.2) * (1.4 if self._mood is Mood.SLOW else 1)
        fails = may_fail and self._failing > 0
        self._failing -= fails
        lasted = timedelta(seconds=int(stretched * 3600 * (self._rng.uniform(0.05, 0.6) if fails else 1)))
        outcome = self._rng.choice(("failed", "crashed", "killed")) if fails else "finished"
        created = created.replace(microsecond=0)
        return TrainingRun(
            run_id=f"{self._day:%y%m%d}{self._number:02d}",
            name=name,
            created_at=created,
            ended_at=created + lasted,
            outcome=outcome,
            gpu_count=gpus,
            utilization=min(99.0, UTILIZATION.get(self._mood, 76.0) * self._rng.uniform(0.9, 1.15)),
            summary={} if fails else self._summary(),
            # what is left of a run that crashed may be JSON text inside JSON text
            summary_text='"{}"' if outcome == "crashed" else None,
            **facts,
        )

    def _summary(self) -> dict[str, float]:
        rng, mood = self._rng, self._mood
        steps = STEPS.get(mood, 46_000) * rng.uniform(0.92, 1.08)
        return {
            "overview/sps": steps,
            "overview/shaped_sps": steps * 0.97,
            "overview/steps_per_second": steps * 1.02,
            "overview/epoch_steps_per_second": steps * 1.05,
            "timing_cumulative/sps": steps * 0.95,
            "timing_per_epoch/sps": steps * 1.01,
            "env_agent/heart.gained": HEARTS.get(mood, 0.62) * rng.uniform(0.9, 1.1),
            "accuracy": min(0.99, ACCURACY.get(mood, 0.86) * rng.uniform(0.93, 1.07)),
            "loss": LOSS.get(mood, 0.25) * rng.uniform(0.85, 1.15),
            "skypilot/queue_latency_s": rng.expovariate(1 / (900 if mood is Mood.SLOW else 120)),
        }

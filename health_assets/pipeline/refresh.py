"""One pass over the sources without Dagster: what a tick does, for tests, bench and simulations."""

from collections.abc import Sequence

from health_assets.model.time import Day
from health_assets.pipeline.collect import Collected, collect_side_by_side
from health_assets.pipeline.measure import measure, measure_collection
from health_assets.pipeline.runtime import Runtime
from health_assets.pipeline.score import score


def restated_days(runtime: Runtime, days: Sequence[Day]) -> tuple[Day, ...]:
    """`days`, and the rest of the window when today is among them.

    Facts may arrive late (a commit pushed days after its date, a run run again): a tick measures the window's earlier
    days anew from the store, so that they end as one backfill afterwards would leave them.
    """
    today = runtime.day()
    if today.key not in {day.key for day in days}:
        return tuple(days)
    # one day more than the grid shows: the oldest shown day stays exact until it leaves the grid
    window = runtime.days(runtime.project.config.settings.window_days + 1, end=today)
    return tuple(sorted({day.key: day for day in (*window, *days)}.values()))


def refresh(runtime: Runtime, *, days: Sequence[Day]) -> dict[str, Collected]:
    """Collects, measures and scores `days` for every configured source; by source what was collected."""
    restated = restated_days(runtime, days)
    collected = dict(collect_side_by_side(runtime, list(runtime.project.sources), days=days))
    for name in collected:
        measure(runtime, name, days=restated)
        measure_collection(runtime, name)
        score(runtime, runtime.project.foms_of(name), days={day.key for day in restated})
    return collected

"""The cases: `python -m bench.case NAME LATENCY` runs one in this process and prints its result as JSON."""

import json
import resource
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bench.dagster_runs import TICK, collect_runs

NOW = datetime(2026, 6, 17, 15, 30, tzinfo=UTC)
Result = dict[str, Any]


def cold_8_days_all_sources(latency: float) -> Result:
    return collect_runs(now=NOW, latency=latency, days=8, repeat=False, empty=False)


def backfill_30_days(latency: float) -> Result:
    return collect_runs(now=NOW, latency=latency, days=30, repeat=False, empty=False)


def backfill_floor(latency: float) -> Result:
    return collect_runs(now=NOW, latency=latency, days=30, repeat=False, empty=True)


def tick_all_sources(latency: float) -> Result:
    return collect_runs(now=NOW, latency=latency, days=8, repeat=True, empty=False)


def tick_floor(latency: float) -> Result:
    return collect_runs(now=NOW, latency=latency, days=8, repeat=True, empty=True)


def week_4000_runs_cold(latency: float) -> Result:
    with _busy_week(latency) as (runtime, server):
        from health_assets.pipeline.collect import collect

        begun = time.perf_counter()
        collected = collect(runtime, "github", days=runtime.days(7))
        return _collected(collected, begun, server.requests)


def week_4000_runs_tick(latency: float) -> Result:
    with _busy_week(latency) as (runtime, server):
        from health_assets.pipeline.collect import collect

        collect(runtime, "github", days=runtime.days(7))
        _Clock.now += TICK
        server.requests.clear()
        begun = time.perf_counter()
        collected = collect(runtime, "github", days=[runtime.day()])
        return _collected(collected, begun, server.requests)


def restate_365_days(latency: float) -> Result:  # noqa: ARG001
    from bench.worlds import stored_year
    from health_assets.pipeline.score import score

    with stored_year(Path("year.db"), now=NOW) as (runtime, edited):
        begun = time.perf_counter()
        changed = score(runtime, edited)
        return {"seconds": time.perf_counter() - begun, "requests": 0, "scores_changed": changed, "rows": len(edited)}


def load_code_location(latency: float) -> Result:  # noqa: ARG001
    begun = time.perf_counter()
    subprocess.run([sys.executable, "-c", "import health_assets.definitions"], check=True)
    ours = time.perf_counter() - begun
    begun = time.perf_counter()
    subprocess.run([sys.executable, "-c", "import dagster, pandas"], check=True)
    floor = time.perf_counter() - begun
    return {"seconds": ours, "times_floor": round(ours / floor, 2)}


def page(latency: float) -> Result:  # noqa: ARG001
    from health_assets.grid.page import write_page
    from health_assets_tests.grid.synthetic import busy_grid

    grid = busy_grid()
    begun = time.perf_counter()
    write_page(grid, Path("site"))
    seconds = time.perf_counter() - begun
    return {"seconds": seconds, "html_bytes": Path("site/index.html").stat().st_size, "rows": len(grid.rows)}


def datadog_publish(latency: float) -> Result:
    """A steady publish of 42 rows, and the sizes of what is sent."""
    from bench.datadog import steady_publish

    return steady_publish(latency=latency)


class _Clock:
    """The bench's own clock: cases move it."""

    now = NOW

    @classmethod
    def read(cls) -> datetime:
        return cls.now


@contextmanager
def _busy_week(latency: float) -> Iterator[tuple[Any, Any]]:
    from health_assets.sandbox.server import SandboxServer
    from health_assets_tests.worlds import busy_week, runtime_for

    world = busy_week(now=NOW)
    with (
        SandboxServer({world.full_name: world}, now=_Clock.read, latency=latency) as server,
        runtime_for(server.url, world.full_name, store=Path("week.db"), clock=_Clock.read) as runtime,
    ):
        yield runtime, server


def _collected(collected: Any, begun: float, requests: list[Any]) -> Result:
    if not collected.collection.ok:
        sys.exit(f"collection failed: {collected.collection.failures}")
    records = sum(len(batch.records) for batch in collected.batches.values())
    return {"seconds": time.perf_counter() - begun, "requests": len(requests), "records": records}


CASES: dict[str, Callable[[float], Result]] = {
    function.__name__: function
    for function in (
        cold_8_days_all_sources,
        backfill_30_days,
        backfill_floor,
        tick_all_sources,
        tick_floor,
        week_4000_runs_cold,
        week_4000_runs_tick,
        restate_365_days,
        load_code_location,
        page,
        datadog_publish,
    )
}

if __name__ == "__main__":
    outcome = CASES[sys.argv[1]](float(sys.argv[2]))
    outcome["seconds"] = round(outcome["seconds"], 3)
    outcome["peak_mib"] = round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, 1)
    print(json.dumps(outcome))

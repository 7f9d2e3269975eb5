"""Runs of the collect job over every source of the demo: a first backfill, and the tick after it."""

import os
import shutil
import sys
import time
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from bench.sandbox_process import sandbox_process

TICK = timedelta(minutes=15)
INSTANCE = Path(__file__).parents[1] / "dagster.yaml"


def collect_runs(*, now: datetime, latency: float, days: int, repeat: bool, empty: bool) -> dict[str, Any]:
    """A backfill of `days` (or, with repeat, the tick after one); `empty`: the same steps and events without our work.

    Beside the run's seconds and requests, how long the sources waited: the slowest of them, and all added up.
    """
    from bench.floor import emptied
    from health_assets.orchestration.backfill import QUIET
    from health_assets.orchestration.build import build_definitions
    from health_assets.orchestration.instance import open_instance
    from health_assets.orchestration.schedules import JOB, range_tags
    from health_assets.pipeline.runtime import load_project

    home = Path(os.environ["DAGSTER_HOME"])
    home.mkdir(parents=True, exist_ok=True)
    # the instance as the project ships it, with its event log
    shutil.copyfile(INSTANCE, home / INSTANCE.name)
    with sandbox_process(now=now, latency=latency) as (port, clock):
        project = load_project(environ={**os.environ, "HEALTH_SANDBOX_PORT": str(port)})
        definitions = build_definitions(project, clock=clock)
        job = (emptied(definitions) if empty else definitions).resolve_job_def(JOB)
        keys = [(now - timedelta(days=back)).date().isoformat() for back in reversed(range(days))]
        with open_instance(sandbox=True) as instance:

            def once(**span: Any) -> dict[str, float]:
                begun, worked = time.perf_counter(), time.process_time()
                if not job.execute_in_process(instance=instance, run_config=QUIET, **span).success:
                    sys.exit("the run failed")
                # on a busy machine the time this process worked tells more than what the clock says
                return {"seconds": time.perf_counter() - begun, "cpu_seconds": round(time.process_time() - worked, 3)}

            took = once(tags=range_tags(keys[0], keys[-1]))
            if repeat:
                clock.set(now + TICK)
                took = once(partition_key=keys[-1])
        return {**took, **({} if empty else _collected(project))}


def _collected(project: Any) -> dict[str, Any]:
    """What the last collection of each source cost, as it recorded itself."""
    from health_assets.store.store import Store

    with Store.open(project.config.settings.store) as store:
        found = {name: store.last_collection(name) for name in project.sources}
    failed = [name for name, one in found.items() if one is None or not one.ok]
    if failed:
        sys.exit(f"not collected: {', '.join(failed)}")
    waits = {name: one.duration_seconds for name, one in found.items() if one is not None}
    slowest = max(waits, key=lambda name: waits[name])
    return {
        "requests": sum(one.requests for one in found.values() if one is not None),
        "slowest": slowest,
        "slowest_seconds": waits[slowest],
        "sum_of_sources_seconds": round(sum(waits.values()), 3),
    }

"""A backfill of a range of days as one run in this process, recorded in the Dagster instance like any other."""

import gc
from collections.abc import Sequence
from datetime import date, timedelta

import dagster as dg

from health_assets.model.time import Day
from health_assets.orchestration.build import build_definitions
from health_assets.orchestration.instance import open_instance
from health_assets.orchestration.schedules import JOB, range_tags
from health_assets.pipeline.clock import Clock
from health_assets.pipeline.runtime import Project

#: Events and logs are kept in the instance; the terminal belongs to the command.
QUIET = {"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}


def backfill(project: Project, *, clock: Clock, days: Sequence[Day]) -> dg.ExecuteInProcessResult:
    """Materialises every asset for `days` in one run. Expected source failures are data; bugs raise."""
    definitions = build_definitions(project, clock=clock, first_day=_first_day(project, days))
    # modules and definitions live as long as the process: without this, each full collection walks them again
    gc.freeze()
    with open_instance(sandbox=project.config.sandbox) as instance:
        return definitions.resolve_job_def(JOB).execute_in_process(
            instance=instance,
            tags=range_tags(days[0].key, days[-1].key),
            run_config=QUIET,
            raise_on_error=True,
        )


def _first_day(project: Project, days: Sequence[Day]) -> date:
    """The partitions' start: the configured one, or a month before the first day where a replay is older than that."""
    return min(project.config.settings.start_date, days[0].date - timedelta(days=31))

"""When things run: the 15-minute tick, and the finalising ticks after midnight."""

from collections.abc import Iterator
from datetime import timedelta
from zoneinfo import ZoneInfo

import dagster as dg

from health_assets.model.time import DAY, day_at, day_of

JOB = "collect"
CRON = "*/15 * * * *"
#: A run older than this is dead (dagster.yaml's max_runtime_seconds ends it) and must not stop the ticks for ever.
RUN_LIMIT = timedelta(minutes=30)
#: Ticks this long after local midnight collect yesterday again, now that it has ended.
FINALISING = timedelta(hours=1)
ACTIVE = [
    dg.DagsterRunStatus.QUEUED,
    dg.DagsterRunStatus.NOT_STARTED,
    dg.DagsterRunStatus.STARTING,
    dg.DagsterRunStatus.STARTED,
]
#: The tags of Dagster's single-run backfills: one run for a range of days.
RANGE_START = "dagster/asset_partition_range_start"
RANGE_END = "dagster/asset_partition_range_end"


def range_tags(first: str, last: str) -> dict[str, str]:
    """Run tags that make one run materialise the days `first` to `last`, both included."""
    return {RANGE_START: first, RANGE_END: last}


def collect_schedule(*, timezone: str) -> dg.ScheduleDefinition:
    """Every quarter hour: the running day; in the first hour of a day, yesterday and the running day in one run.

    A tick is skipped while a collection younger than RUN_LIMIT is at work. After an outage Dagster launches only the
    latest missed tick; the collection itself reads on from where it stopped.
    """
    zone = ZoneInfo(timezone)

    @dg.schedule(
        name="collect_every_15_minutes",
        job_name=JOB,
        cron_schedule=CRON,
        execution_timezone=timezone,
        default_status=dg.DefaultScheduleStatus.RUNNING,
        description="Collects the running day, and yesterday once more in the first hour after midnight.",
    )
    def schedule(context: dg.ScheduleEvaluationContext) -> Iterator[dg.RunRequest | dg.SkipReason]:
        tick = context.scheduled_execution_time
        records = context.instance.get_run_records(dg.RunsFilter(job_name=JOB, statuses=ACTIVE), limit=20)
        young = [record for record in records if tick - record.create_timestamp < RUN_LIMIT]
        if young:
            yield dg.SkipReason(
                f"a collection is still {young[0].dagster_run.status.value.lower()}: {young[0].dagster_run.run_id}"
            )
            return
        today = day_at(tick, zone)
        run_key = f"{today.key}@{tick.isoformat()}"
        if tick - today.start < FINALISING:
            yesterday = day_of(today.date - DAY, zone)
            yield dg.RunRequest(run_key=run_key, tags=range_tags(yesterday.key, today.key))
        else:
            yield dg.RunRequest(run_key=run_key, partition_key=today.key)

    return schedule

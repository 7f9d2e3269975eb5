"""The whole code location from a project: assets, job, schedule, sensor, executor."""

from datetime import date

import dagster as dg

from health_assets.orchestration.alerts import run_sensors
from health_assets.orchestration.datadog import datadog_assets
from health_assets.orchestration.foms import fom_assets
from health_assets.orchestration.partitions import daily_partitions
from health_assets.orchestration.publish import page_asset
from health_assets.orchestration.raw import raw_assets
from health_assets.orchestration.records import records_assets
from health_assets.orchestration.runtime import RESOURCE, Health
from health_assets.orchestration.schedules import JOB, collect_schedule
from health_assets.pipeline.clock import Clock
from health_assets.pipeline.runtime import Project


def build_definitions(project: Project, *, clock: Clock, first_day: date | None = None) -> dg.Definitions:
    """Definitions for the configured sources. `first_day` moves the partitions' start back, for replays of old days."""
    settings = project.config.settings
    partitions = daily_partitions(settings, first=first_day)
    owner = settings.owner
    # a source that no row asks anything has nothing to collect
    sources = [source for source, _ in project.sources.values() if source.kinds]
    assets = [records_assets(sources, partitions=partitions, owner=owner)]
    for source in sources:
        foms = project.foms_of(source.name)
        assets.append(raw_assets(source, partitions=partitions, owner=owner))
        if foms:
            assets.append(fom_assets(source, foms, partitions=partitions, owner=owner))
    assets.append(page_asset(project.foms, owner=owner))
    if settings.publish.datadog is not None:
        assets.append(datadog_assets(project.foms, owner=owner))
    collect = dg.define_asset_job(
        JOB,
        selection=dg.AssetSelection.all(),
        description="Collects every source, measures, scores and publishes: one run a tick, in process.",
    )
    return dg.Definitions(
        assets=assets,
        jobs=[collect],
        schedules=[collect_schedule(timezone=settings.timezone)],
        sensors=[
            dg.AutomationConditionSensorDefinition(
                "publish_when_scores_changed",
                target=dg.AssetSelection.groups("publish"),
                default_status=dg.DefaultSensorStatus.RUNNING,
                minimum_interval_seconds=15,
            ),
            *run_sensors(project, clock=clock),
        ],
        resources={RESOURCE: Health(project=project, clock=clock)},
        # a step in a process of its own costs 1.2 s, in process 0.04 s; heavy work is spread by runs instead (ADR 0004)
        executor=dg.in_process_executor,
    )

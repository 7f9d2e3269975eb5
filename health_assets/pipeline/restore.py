"""Restore: recorded metrics of past days that the store lacks, read back from what was published to Datadog.

The store is the truth and Datadog a sink (design section 3), so this happens on demand only, fills only what is empty,
and says of each value where it comes from.
"""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

from health_assets.datadog.names import series_tags, tag
from health_assets.model.errors import ConfigError
from health_assets.model.metric import History
from health_assets.model.observation import Observation
from health_assets.model.source import Meter
from health_assets.model.time import Day
from health_assets.pipeline.runtime import Runtime
from health_assets.pipeline.score import score
from health_assets.sources.deadline import run_within

SOURCE = "datadog"


@dataclass(frozen=True, kw_only=True)
class Series:
    """One of our own series."""

    metric: str
    source: str
    scope: str


@dataclass(frozen=True, kw_only=True)
class Restored:
    """What was found of what was missing."""

    observations: tuple[Observation, ...]
    missing: int
    requests: int


def restore(runtime: Runtime, *, days: Sequence[Day], store_it: bool = True) -> Restored:
    """Fills recorded metrics of `days`, those that have ended, from Datadog, and scores them.

    Never touches a stored value. With store_it=False nothing is written. Raises ConfigError without a Datadog source,
    and SourceError.
    """
    if SOURCE not in runtime.project.sources:
        hint = f"add {SOURCE}: with its keys under sources, see docs/configuration.md"
        raise ConfigError(f"{runtime.project.config.origin}: sources.{SOURCE}: is not configured", hint=hint)
    _, settings = runtime.project.sources[SOURCE]
    past = [day for day in days if day.end <= runtime.clock()]
    gaps, meter = _gaps(runtime, past), Meter()
    published = runtime.project.config.settings.publish.datadog
    env = published.env if published else None
    found = [one for day in past if gaps[day] for one in _read(settings, day, gaps[day], meter, env=env)]
    if store_it and found:
        runtime.store.write_observations(found)
        restored_days = {observation.day for observation in found}
        metrics = {observation.metric for observation in found}
        score(runtime, [fom for fom in runtime.project.foms if fom.metric in metrics], days=restored_days)
    return Restored(observations=tuple(found), missing=sum(map(len, gaps.values())), requests=meter.requests)


def published_as(series: Series, *, env: str | None = None) -> str:
    """The query that reads a series as it is published: the metric's own name, with its source and scope as tags.

    env: the environment that is published as; without one, those of all environments are taken together.
    """
    tags = (*((tag("env", env),) if env else ()), *series_tags(source=series.source, scope=series.scope))
    return f"avg:{series.metric}{{{','.join(tags)}}}"


def _gaps(runtime: Runtime, days: Sequence[Day]) -> Mapping[Day, list[Series]]:
    """Day -> the recorded series without a stored value."""
    recorded = [
        Series(metric=metric.name, source=name, scope=scope)
        for name, (source, settings) in runtime.project.sources.items()
        for family in source.families
        for metric in family.metrics
        for scope in source.scopes(settings)
        if metric.history is History.RECORDED
    ]
    names = {series.metric for series in recorded}
    stored = runtime.store.read_observations(metrics=names, days=[day.key for day in days])
    valued = stored[stored["value"].notna()]
    held = set(zip(valued["metric"], valued["scope"], valued["day"], strict=True))
    return {day: [one for one in recorded if (one.metric, one.scope, day.key) not in held] for day in days}


def _read(settings: Any, day: Day, gaps: Sequence[Series], meter: Meter, *, env: str | None) -> list[Observation]:
    # its client library is loaded by this command only
    from health_assets.sources.datadog.published import last_points

    queries = {published_as(series, env=env): series for series in gaps}
    deadline = time.monotonic() + settings.deadline_seconds
    read = partial(last_points, settings, list(queries), day=day, deadline=deadline, meter=meter)
    found = run_within(settings.deadline_seconds, read, what=f"Datadog: {day.key}")
    return [_observation(queries[query], query, day, at, value) for query, (at, value) in found.items()]


def _observation(series: Series, query: str, day: Day, at: datetime, value: float) -> Observation:
    return Observation(
        metric=series.metric,
        scope=series.scope,
        day=day.key,
        value=value,
        reason=None,
        detail=f"restored from Datadog: last point of {query}",
        samples=1,
        as_of=at,
    )

"""Points: the grid's cells, the raw metrics and FoMs of the running day, and late ones.

What could not be sent waits in the store's outbox and goes with the next publish, as long as Datadog takes it; what is
older is counted. Days that changed after they ended (a backfill, late facts) are sent under their metrics' own names
only with historical ingestion; the grid's own metric carries them anyway.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from health_assets.datadog.batches import batches
from health_assets.datadog.metadata import descriptions
from health_assets.datadog.names import common_tags, tag
from health_assets.datadog.series import OLDEST, cell_points, observation_points, score_points, seconds
from health_assets.datadog.settings import Settings
from health_assets.grid.model import Grid
from health_assets.model.errors import Cause, PublishError
from health_assets.model.publication import Point, Publication
from health_assets.model.time import Day
from health_assets.pipeline.datadog.account import digest_of, held_digest, remember, settings_of, target_of
from health_assets.pipeline.runtime import Runtime
from health_assets.scoring.sources import source_of

#: Rows of the newest day that have a score: 0 or silence is an outage of the pipeline itself.
HEARTBEAT = "health.publish.cells"
#: Points this close to what Datadog drops may be too old when they arrive.
MARGIN_SECONDS = 60
#: Units and descriptions that are told in one publish: there are some 200, each a request, and none is urgent.
DESCRIBED_A_PUBLISH = 20
HISTORICAL = "historical:"


@dataclass(frozen=True, kw_only=True)
class Sent:
    """What became of the points of one publish. too_old: how many Datadog would have dropped."""

    points: int = 0
    waiting: int = 0
    too_old: int = 0
    requests: int = 0
    problem: PublishError | None = None


@dataclass(frozen=True, kw_only=True)
class _DayPoints:
    """What one day says under its own names. name: what the store calls it; digest: of all of it."""

    name: str
    digest: str
    points: tuple[Point, ...]


def publish_metrics(runtime: Runtime, grid: Grid, api: Any) -> Sent:
    """Sends what waits and what is new. A refusal or an outage is in the result; what was not taken waits."""
    settings = settings_of(runtime)
    target = target_of(settings)
    oldest = seconds(grid.generated_at) - int(OLDEST.total_seconds()) + MARGIN_SECONDS
    known = runtime.store.read_publications(target)
    *past, today = _points_by_day(runtime, grid.days, settings)
    changed = [found for found in past if found.digest != held_digest(known, found.name)]
    late = [point for found in changed for point in found.points]
    clash = _clash(runtime)
    fresh = [*cell_points(grid, env=settings.env), *today.points, _heartbeat(grid, env=settings.env)]
    points = _newest([*runtime.store.read_outbox(target), *late, *fresh])
    young = [point for point in points if point.at >= oldest]
    old = [point for point in points if point.at < oldest]
    waiting, problem = _submit(api, young)
    if settings.historical and problem is None:
        problem = _enable_historical(runtime, api, target, known, {point.metric for point in old})
        refused, problem = (old, problem) if problem else _submit(api, old)
        waiting += refused
    elif settings.historical:
        waiting += old
    runtime.store.replace_outbox(target, waiting)
    for found in changed:
        remember(runtime, target, found.name, found.digest)
    problem = problem or _describe(runtime, api, target, known)
    return Sent(
        points=len(young) + len(old) * settings.historical - len(waiting),
        waiting=len(waiting),
        too_old=0 if settings.historical else len(old),
        requests=api.requests,
        problem=problem or clash,
    )


def _clash(runtime: Runtime) -> PublishError | None:
    """Two scopes of a source that are one tag in Datadog, where only one of their values could be kept."""
    for name, (source, settings) in runtime.project.sources.items():
        seen: dict[str, str] = {}
        for scope in source.scopes(settings):
            other = seen.setdefault(tag("scope", scope), scope)
            if other != scope:
                return PublishError(
                    f"{name}: the scopes {other!r} and {scope!r} are the same tag in Datadog, which keeps one of them",
                    cause=Cause.BAD_PAYLOAD,
                    hint="give them names that differ in more than case and punctuation",
                )
    return None


def _points_by_day(runtime: Runtime, days: Sequence[Day], settings: Settings) -> list[_DayPoints]:
    """What each of `days` says, in their order; the store is read once for all of them."""
    foms = {fom.name: source_of(fom.metric) or "" for fom in runtime.project.foms}
    keys = [day.key for day in days]
    observations = runtime.store.read_observations(metrics=list(runtime.project.metrics()), days=keys)
    scores = runtime.store.read_scores(foms=list(foms), days=keys)
    found = []
    for day in days:
        seen, scored = (frame[frame["day"] == day.key] for frame in (observations, scores))
        points = (
            *observation_points(seen, day=day, env=settings.env, source_of=source_of),
            *score_points(scored, day=day, env=settings.env, source_of=foms),
        )
        # with the mode, so that days which were not sent without historical ingestion are sent once it is on
        told = [settings.historical, *((point.metric, point.tags, point.value) for point in sorted(points))]
        found.append(_DayPoints(name=f"day:{day.key}", digest=digest_of(told), points=points))
    return found


def _heartbeat(grid: Grid, *, env: str) -> Point:
    scored = sum(row.latest.shown.score is not None for row in grid.rows)
    tags = tuple(sorted(common_tags(env)))
    return Point(metric=HEARTBEAT, tags=tags, at=seconds(grid.generated_at), value=float(scored))


def _newest(points: Sequence[Point]) -> list[Point]:
    """One point a series and instant: the last one given."""
    return list({(point.metric, point.tags, point.at): point for point in points}.values())


def _enable_historical(
    runtime: Runtime, api: Any, target: str, known: Mapping[str, Publication], metrics: set[str]
) -> PublishError | None:
    """Switches historical ingestion on, once a metric: without it Datadog would drop the points."""
    for metric in sorted(metrics):
        if f"{HISTORICAL}{metric}" not in known:
            try:
                api.enable_historical(metric)
            except PublishError as error:
                return error
            remember(runtime, target, f"{HISTORICAL}{metric}", "on")
    return None


def _describe(runtime: Runtime, api: Any, target: str, known: Mapping[str, Publication]) -> PublishError | None:
    """Tells some more units and descriptions, of those that changed or were never told."""
    project = runtime.project
    told = 0
    for one in descriptions(project.metrics().values(), project.foms):
        name, digest = f"metadata:{one.metric}", digest_of([one.unit, one.description])
        if held_digest(known, name) == digest:
            continue
        if told == DESCRIBED_A_PUBLISH:
            break
        try:
            api.describe(one.metric, unit=one.unit, description=one.description)
        except PublishError as error:
            return error
        remember(runtime, target, name, digest)
        told += 1
    return None


def _submit(api: Any, points: Sequence[Point]) -> tuple[list[Point], PublishError | None]:
    """Points that were not taken, and the first reason. After an outage nothing more is tried."""
    by_series: dict[tuple[str, tuple[str, ...]], list[Point]] = {}
    for point in points:
        by_series.setdefault((point.metric, point.tags), []).append(point)
    waiting: list[Point] = []
    problem: PublishError | None = None
    for batch in batches(points):
        if problem is None or problem.cause is Cause.BAD_PAYLOAD:
            try:
                api.submit(batch)
                continue
            except PublishError as error:
                problem = problem or error
        waiting += [point for series in batch for point in by_series[series["metric"], tuple(series["tags"])]]
    return waiting, problem

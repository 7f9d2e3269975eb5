"""Measure: records -> observations as of each day (design sections 2, 5 and 6).

T of a day is its end, or, while it runs, the last instant up to which all needed facts are stored. A metric is computed
only where every day that its window touches is covered; elsewhere the observation is missing with a reason.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import pandas as pd

from health_assets.model.metric import History, Measurement, Metric, collector_family
from health_assets.model.observation import Collection, Observation
from health_assets.model.reason import Reason
from health_assets.model.record import Coverage
from health_assets.model.source import Source
from health_assets.model.time import DAY, Day, days_touching, iso
from health_assets.pipeline.runtime import Runtime
from health_assets.sources.view import View

#: A failed source says nothing new: what was measured earlier in the day stays, with its own time. Nor does a day that
#: was not recorded, whose value may have been restored from what was published.
SAYS_NOTHING = frozenset({Reason.SOURCE_FAILED, Reason.NOT_RECONSTRUCTIBLE})

Changed = list[tuple[str, str, str]]
"""(metric, scope, day) of the observations that are new or different."""


def measure(
    runtime: Runtime, source_name: str, *, days: Sequence[Day], families: Sequence[str] | None = None
) -> Changed:
    """Measures the families of a source for `days` from the store and stores what changed. No network."""
    source, settings = runtime.project.sources[source_name]
    wanted = [family for family in source.families if families is None or family.name in families]
    changed: Changed = []
    for scope in source.scopes(settings):
        scoped = _Scope(runtime, source, settings, scope=scope, days=days)
        observations = [scoped.observe(metric, day) for family in wanted for metric in family.metrics for day in days]
        failed = [seen for seen in observations if seen.reason is Reason.SOURCE_FAILED]
        unrecorded = [seen for seen in observations if seen.reason is Reason.NOT_RECONSTRUCTIBLE]
        changed += runtime.store.write_observations(
            [seen for seen in observations if seen.reason not in SAYS_NOTHING], keep_values=False
        )
        changed += runtime.store.write_observations([*unrecorded, *_news(runtime, failed)], keep_values=True)
    return changed


def _news(runtime: Runtime, failed: Sequence[Observation]) -> list[Observation]:
    """Failures worth storing: those of today, and of earlier days only where nothing stands yet.

    A failure of today is not the reason why a day of last week was never collected.
    """
    today = runtime.day().key
    earlier = {seen.day for seen in failed} - {today}
    stored = runtime.store.read_observations(metrics={seen.metric for seen in failed}, days=earlier)
    held = set(zip(stored["metric"], stored["scope"], stored["day"], strict=True))
    return [seen for seen in failed if seen.day == today or (seen.metric, seen.scope, seen.day) not in held]


def measure_collection(runtime: Runtime, source_name: str) -> Changed:
    """The last collection's own health as observations of the day it ran on (collector.<source>.*)."""
    source, _ = runtime.project.sources[source_name]
    collection = runtime.store.last_collection(source.name)
    if collection is None:
        return []
    names = [metric.name for family in source.families for metric in family.metrics]
    seen = runtime.store.read_observations(metrics=names, days=[collection.day])
    values = {
        "duration_seconds": collection.duration_seconds,
        "request_count": collection.requests,
        "error_count": collection.errors,
        "metric_count": _fresh_values(seen, since=collection.started_at) if collection.ok else 0,
    }
    family = collector_family(source.name, source.title)
    return runtime.store.write_observations(
        [_own(collection, metric, float(values[metric.name.rsplit(".", 1)[1]])) for metric in family.metrics],
        keep_values=False,
    )


def _fresh_values(seen: pd.DataFrame, *, since: datetime) -> int:
    return int((seen["value"].notna() & (seen["as_of"] >= since)).sum())


def _own(collection: Collection, metric: Metric, value: float) -> Observation:
    return Observation(
        metric=metric.name,
        scope="",
        day=collection.day,
        value=value,
        reason=None,
        detail="; ".join(f"{scope}: {message}" for scope, _, message in collection.failures),
        samples=1,
        as_of=collection.started_at,
    )


class _Scope:
    """The stored facts of one scope, read once for all days and metrics."""

    def __init__(self, runtime: Runtime, source: Source, settings: Any, *, scope: str, days: Sequence[Day]) -> None:
        self._source = source
        self._settings = settings
        self._scope = scope
        self._zone = runtime.project.config.settings.zone
        self._now = runtime.clock()
        self._today = runtime.day(self._now)
        self._coverage = runtime.store.read_coverage(source.name, scope=scope)
        self._failure = _failure_of(runtime.store.last_collection(source.name), scope)
        self._frames = {
            # one day more than the look-back: a window of 7 x 24 h may touch an eighth day
            kind.name: runtime.store.read_records(
                kind, scope=scope, since=days[0].start - kind.lookback - DAY, until=days[-1].end
            )
            for kind in source.kinds
        }
        self._views: dict[tuple[str, datetime], View] = {}

    def observe(self, metric: Metric, day: Day) -> Observation:
        """The value of `metric` at T of `day`, or why there is none."""
        at = self._instant(metric, day)
        gap = self._gap(metric, day, at)
        if gap is not None:
            found = gap
        else:
            if metric.measure is None:
                raise TypeError(f"{metric.name} is recorded by the collection and cannot be measured")
            found = metric.measure(self._view(day, at))
        return Observation(
            metric=metric.name,
            scope=self._scope,
            day=day.key,
            value=found.value,
            reason=found.reason,
            detail=found.detail,
            samples=found.samples,
            as_of=at,
            evidence=found.evidence,
            evidence_total=found.evidence_total,
        )

    def _view(self, day: Day, at: datetime) -> View:
        key = (day.key, at)
        if key not in self._views:
            self._views[key] = View(day=day, at=at, scope=self._scope, frames=self._frames, settings=self._settings)
        return self._views[key]

    def _instant(self, metric: Metric, day: Day) -> datetime:
        captured = [held.captured_at for kind in metric.needs if (held := self._covered(kind, day.key)) is not None]
        return min([day.end, self._now, *captured])

    def _covered(self, kind: str, day: str) -> Coverage | None:
        return self._coverage.get(kind, {}).get(day)

    def _gap(self, metric: Metric, day: Day, at: datetime) -> Measurement | None:
        """Why the facts that `metric` needs at `at` are not all there; None when they are."""
        for kind, window in metric.needs.items():
            touched = days_touching(at - window, at, self._zone) if window > timedelta(0) else (day,)
            for needed in touched:
                held = self._covered(kind, needed.key)
                if held is None or (needed.key != day.key and held.captured_at < needed.end):
                    return self._absent(metric, day, kind=kind, needed=needed, held=held)
                if held.truncated:
                    return Measurement.missing(Reason.TRUNCATED, f"{kind} of {needed.key}: {held.detail}")
        return None

    def _absent(self, metric: Metric, day: Day, *, kind: str, needed: Day, held: Coverage | None) -> Measurement:
        if metric.history is History.RECORDED and day.end <= self._today.start:
            return Measurement.missing(Reason.NOT_RECONSTRUCTIBLE, f"{kind} was not recorded on {day.key}")
        if self._failure:
            return Measurement.missing(Reason.SOURCE_FAILED, self._failure)
        until = f"only up to {iso(held.captured_at)}" if held else "not at all"
        return Measurement.missing(Reason.NOT_COLLECTED, f"{kind} of {needed.key} was collected {until}")


def _failure_of(collection: Collection | None, scope: str) -> str:
    failures: Mapping[str, str] = {} if collection is None else {name: text for name, _, text in collection.failures}
    return failures.get(scope, "")

"""Everything that is sent as a point: raw metrics, FoMs, the grid's cells and the collections' own health."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pandas as pd

from health_assets.datadog.cells import METRIC, grid_points
from health_assets.datadog.names import common_tags, observation_tags, tag
from health_assets.grid.model import Grid
from health_assets.model.publication import Point
from health_assets.model.time import Day

#: Datadog drops older points silently where historical ingestion is off for a metric; it documents one hour.
OLDEST = timedelta(hours=1)


def cell_points(grid: Grid, *, env: str) -> Iterator[Point]:
    """The whole window, stamped with the grid's instant."""
    at = seconds(grid.generated_at)
    for cell in grid_points(grid):
        tags = (*common_tags(env), tag("fom", cell.fom), tag("category", cell.category), tag("day", cell.day))
        yield Point(metric=METRIC, tags=tuple(sorted(tags)), at=at, value=cell.score)


def observation_points(
    observations: pd.DataFrame, *, day: Day, env: str, source_of: Callable[[str], str | None]
) -> Iterator[Point]:
    """Observations of one day (metric, scope, value, as_of), each at its T; missing ones are not sent."""
    for metric, scope, value, as_of in _known(observations, ("metric", "scope", "value", "as_of"), value="value"):
        yield _named(metric, scope=scope, value=value, at=_within(day, as_of), env=env, source=source_of(metric))


def score_points(scores: pd.DataFrame, *, day: Day, env: str, source_of: Mapping[str, str]) -> Iterator[Point]:
    """Scores of one day (fom, scope, score, as_of) under the FoMs' own names. source_of: by FoM."""
    for fom, scope, score, as_of in _known(scores, ("fom", "scope", "score", "as_of"), value="score"):
        yield _named(fom, scope=scope, value=score, at=_within(day, as_of), env=env, source=source_of.get(fom))


def seconds(instant: datetime) -> int:
    """POSIX seconds of an aware instant, cut."""
    return int(instant.astimezone(UTC).timestamp())


def _within(day: Day, as_of: Any) -> int:
    """T, in the last second of its day where T is the day's end: that instant begins the next one."""
    return min(seconds(as_of), seconds(day.end) - 1)


def _known(frame: pd.DataFrame, columns: Sequence[str], *, value: str) -> Iterator[tuple[Any, ...]]:
    known = frame.loc[frame[value].notna(), list(columns)]
    return zip(*(known[name] for name in columns), strict=True)


def _named(name: str, *, scope: str, value: float, at: int, env: str, source: str | None) -> Point:
    if source is None:
        raise ValueError(f"{name}: no source measures it")
    tags = observation_tags(env=env, source=source, scope=scope)
    return Point(metric=name, tags=tuple(sorted(tags)), at=at, value=float(value))

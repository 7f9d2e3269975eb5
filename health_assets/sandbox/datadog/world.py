"""The series that the Datadog stand-in holds. A point may become known later than the instant that it stands for."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple


class Point(NamedTuple):
    """A value at a POSIX second; `known_at`, a POSIX second too, is when the account received it."""

    at: int
    value: float
    known_at: int


Tags = frozenset[str]


@dataclass
class Account:
    """Series by metric and tags, and who may read them.

    api_keys, app_keys (key -> scopes): without any, no key is asked for.
    """

    series: dict[str, dict[Tags, list[Point]]] = field(default_factory=dict)
    api_keys: frozenset[str] = frozenset()
    app_keys: Mapping[str, frozenset[str]] = field(default_factory=dict)

    def add(
        self, metric: str, *, at: datetime, value: float, tags: Iterable[str] = (), known_at: datetime | None = None
    ) -> None:
        """Adds a point; one at the same instant of the same series takes its place."""
        points = self.series.setdefault(metric, {}).setdefault(frozenset(tags), [])
        points.append(Point(int(at.timestamp()), value, int((known_at or at).timestamp())))

    def select(
        self, metric: str, *, now: int, matches: Callable[[Tags], bool] = lambda _: True
    ) -> Iterator[tuple[Tags, dict[int, float]]]:
        """Tags and {second: value} of each matching series of a metric as of `now`; of two points at one second the
        newer."""
        for tags, points in self.series.get(metric, {}).items():
            if not matches(tags):
                continue
            known = sorted((point for point in points if max(point.known_at, point.at) <= now), key=_received)
            if known:
                yield tags, {point.at: point.value for point in known}


def _received(point: Point) -> int:
    return point.known_at

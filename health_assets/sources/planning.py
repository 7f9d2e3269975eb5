"""What a fetch has to read, from the days asked for and the coverage stored. Pure.

A day is settled when it was captured completely after its end plus the kind's grace: nothing of it is read again. An
open day is read from its last capture on, less an overlap for what an API shows late. Any other day is read whole.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from health_assets.model.record import Coverage, RecordKind
from health_assets.model.source import FetchRequest
from health_assets.model.time import Day, day_at, days_touching

#: What an API may show late, and what its clock may be behind ours.
OVERLAP = timedelta(minutes=15)

Covered = Mapping[str, Coverage]
"""Day key -> coverage of that day."""


@dataclass(frozen=True, kw_only=True, order=True)
class Window:
    """Instants from `start` to `end`, both inside."""

    start: datetime
    end: datetime


def lookback_days(kind: RecordKind, request: FetchRequest) -> tuple[Day, ...]:
    """The days that `kind` must be covered for, oldest first; none that has not begun. A day begins at its midnight.

    Raises ValueError when no day asked for has begun.
    """
    if request.days[0].start > request.now:
        raise ValueError("no day asked for has begun")
    last = min(request.days[-1], day_at(request.now, request.zone))
    return days_touching(request.days[0].start - kind.lookback, last.end, request.zone)


def today_of(request: FetchRequest) -> Day | None:
    """The current day if it is asked for: the only one that a snapshot can be taken of."""
    today = day_at(request.now, request.zone)
    return today if today in request.days else None


def covered_by(kind: RecordKind, request: FetchRequest) -> Covered:
    """The coverage of `kind` that the fetch builds upon: none when it is to read everything again."""
    return {} if request.refetch else request.known.coverage(kind.name)


def is_settled(coverage: Coverage | None, day: Day, *, grace: timedelta) -> bool:
    """True when nothing of `day` has to be read again."""
    return coverage is not None and not coverage.truncated and coverage.captured_at >= day.end + grace


def windows_to_read(days: Iterable[Day], covered: Covered, *, now: datetime, grace: timedelta) -> tuple[Window, ...]:
    """The times of `days` that have to be read, adjoining ones joined, oldest first."""
    found: list[Window] = []
    for day in days:
        held = covered.get(day.key)
        if is_settled(held, day, grace=grace):
            continue
        start = day.start if held is None or held.truncated else min(held.captured_at - OVERLAP, day.end)
        window = Window(start=start, end=min(day.end, now))
        if found and window.start <= found[-1].end:
            window = Window(start=min(window.start, found.pop().start), end=window.end)
        found.append(window)
    return tuple(found)


def never_complete(covered: Covered) -> bool:
    """True when no day was ever captured completely: what is open now is then not known either."""
    return all(held.truncated for held in covered.values())


def changed_since(days: Sequence[Day], covered: Covered, *, now: datetime, grace: timedelta) -> datetime | None:
    """Since when changed entities have to be read; None when all days are settled.

    A capture knows every entity as of its instant, so changes are read without a gap from the last one on: an entity
    closed during an outage before the look-back would stay open for ever otherwise.
    """
    windows = windows_to_read(days, covered, now=now, grace=grace)
    if not windows:
        return None
    captures = [held.captured_at for held in covered.values() if not held.truncated]
    return min(windows[0].start, max(captures) - OVERLAP) if captures else windows[0].start


def alive_in(day: Day, spans: Iterable[tuple[datetime, datetime | None]]) -> int:
    """How many of the (start, end or None) lived at any time of `day`."""
    return sum(start < day.end and (end is None or end >= day.start) for start, end in spans)

"""What a fetch has to read, from the days asked for and the coverage stored. Pure.

A day is settled when it was captured completely after its end plus the kind's grace: nothing of it is read again. An
open day is read from its last capture on, less an overlap for what GitHub shows late. Any other day is read whole.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TypeVar
from zoneinfo import ZoneInfo

from health_assets.model.record import Coverage, RecordKind
from health_assets.model.source import FetchRequest
from health_assets.model.time import Day, day_at, days_touching
from health_assets.sources.github.records import (
    BRANCHES,
    COMMITS,
    DEFAULT_BRANCH_RUNS,
    ISSUES,
    KINDS,
    PULL_REQUESTS,
    WORKFLOW_RUNS,
)

OVERLAP = timedelta(minutes=15)
TICK = timedelta(minutes=15)
Item = TypeVar("Item")
Covered = Mapping[str, Coverage]


@dataclass(frozen=True, kw_only=True, order=True)
class Window:
    """Instants from `start` to `end`, both inside: GitHub's created=A..B has both ends."""

    start: datetime
    end: datetime


@dataclass(frozen=True, kw_only=True)
class Plan:
    """What to read. `since`: entities changed at or after it; None = nothing. `cold`: and all open ones."""

    days: Mapping[str, tuple[Day, ...]]
    until: datetime
    pulls_since: datetime | None
    pulls_cold: bool
    issues_since: datetime | None
    issues_cold: bool
    commits: tuple[Window, ...]
    runs: tuple[Window, ...]
    older_runs: tuple[Window, ...]
    finalising: bool
    branches_day: Day | None

    @property
    def nothing(self) -> bool:
        """True when every day asked for is settled."""
        return not (self.pulls_since or self.issues_since or self.commits or self.runs or self.older_runs)

    def start(self, kind: RecordKind) -> datetime:
        """Beginning of the look-back of `kind`."""
        return self.days[kind.name][0].start


def plan_fetch(request: FetchRequest) -> Plan:
    """The plan for a request. Raises ValueError when no day asked for has begun."""
    days = {kind.name: lookback_days(kind, request) for kind in KINDS}
    if not days[BRANCHES.name]:
        raise ValueError("no day asked for has begun")
    covered = {kind.name: {} if request.refetch else request.known.coverage(kind.name) for kind in KINDS}
    until = min(request.days[-1].end, request.now)
    run_days = days[WORKFLOW_RUNS.name]
    older = tuple(day for day in days[DEFAULT_BRANCH_RUNS.name] if day.start < run_days[0].start)

    def windows(kind: RecordKind, kind_days: Sequence[Day]) -> tuple[Window, ...]:
        return windows_to_read(kind_days, covered[kind.name], now=request.now, grace=kind.grace)

    def since(kind: RecordKind) -> datetime | None:
        return changed_since(days[kind.name], covered[kind.name], now=request.now, grace=kind.grace)

    runs = windows(WORKFLOW_RUNS, run_days)
    finalising = turns_final(run_days, covered[WORKFLOW_RUNS.name], now=request.now, grace=WORKFLOW_RUNS.grace)
    today = day_at(request.now, request.zone)
    return Plan(
        days=days,
        until=until,
        pulls_since=since(PULL_REQUESTS),
        pulls_cold=never_complete(covered[PULL_REQUESTS.name]),
        issues_since=since(ISSUES),
        issues_cold=never_complete(covered[ISSUES.name]),
        commits=windows(COMMITS, days[COMMITS.name]),
        # running a run again leaves its creation time alone: the whole look-back is listed once a day has ended
        runs=(Window(start=run_days[0].start, end=until),) if finalising else runs,
        older_runs=windows(DEFAULT_BRANCH_RUNS, older),
        finalising=finalising,
        branches_day=today if today in request.days else None,
    )


def lookback_days(kind: RecordKind, request: FetchRequest) -> tuple[Day, ...]:
    """The days that `kind` must be covered for, oldest first; none that has not begun. A day begins at its midnight."""
    last = min(request.days[-1], day_at(request.now, request.zone))
    start = request.days[0].start - kind.lookback
    return days_touching(start, last.end, request.zone) if start < last.end else ()


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


def turns_final(days: Iterable[Day], covered: Covered, *, now: datetime, grace: timedelta) -> bool:
    """True when this fetch is the first after the end (and grace) of a day captured before."""
    return any(
        now >= day.end + grace and not is_settled(covered[day.key], day, grace=grace)
        for day in days
        if day.key in covered
    )


def first_midnight(start: datetime, end: datetime, zone: ZoneInfo) -> datetime | None:
    """The first local midnight in [start, end) (an as-of instant), None when there is none."""
    today = day_at(start, zone)
    midnight = today.start if today.start == start.astimezone(UTC) else today.end
    return midnight if midnight < end else None


def rotating(items: Sequence[Item], *, limit: int, now: datetime) -> list[Item]:
    """`limit` of the items, the next ones with every tick, so that each has its turn without any memory."""
    if len(items) <= limit:
        return list(items)
    turn = int(now.timestamp() // TICK.total_seconds())
    start = turn * limit % len(items)
    return [items[(start + step) % len(items)] for step in range(limit)]

"""What a fetch has to read, from the days asked for and the stored coverage, by the rules all sources share. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TypeVar
from zoneinfo import ZoneInfo

from health_assets.model.record import RecordKind
from health_assets.model.source import FetchRequest
from health_assets.model.time import Day, day_at
from health_assets.sources.github.records import (
    COMMITS,
    DEFAULT_BRANCH_RUNS,
    ISSUES,
    KINDS,
    PULL_REQUESTS,
    WORKFLOW_RUNS,
)
from health_assets.sources.planning import (
    Covered,
    Window,
    changed_since,
    covered_by,
    is_settled,
    lookback_days,
    never_complete,
    today_of,
    windows_to_read,
)

TICK = timedelta(minutes=15)
Item = TypeVar("Item")


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
    covered = {kind.name: covered_by(kind, request) for kind in KINDS}
    until = min(request.days[-1].end, request.now)
    run_days = days[WORKFLOW_RUNS.name]
    older = tuple(day for day in days[DEFAULT_BRANCH_RUNS.name] if day.start < run_days[0].start)

    def windows(kind: RecordKind, kind_days: Sequence[Day]) -> tuple[Window, ...]:
        return windows_to_read(kind_days, covered[kind.name], now=request.now, grace=kind.grace)

    def since(kind: RecordKind) -> datetime | None:
        return changed_since(days[kind.name], covered[kind.name], now=request.now, grace=kind.grace)

    runs = windows(WORKFLOW_RUNS, run_days)
    finalising = turns_final(run_days, covered[WORKFLOW_RUNS.name], now=request.now, grace=WORKFLOW_RUNS.grace)
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
        branches_day=today_of(request),
    )


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

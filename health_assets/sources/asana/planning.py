"""What a fetch has to read, from the days asked for and the stored coverage, by the rules all sources share. Pure."""

from dataclasses import dataclass
from datetime import datetime

from health_assets.model.source import FetchRequest
from health_assets.model.time import Day
from health_assets.sources.asana.records import BUGS
from health_assets.sources.planning import changed_since, covered_by, lookback_days, today_of


@dataclass(frozen=True, kw_only=True)
class Plan:
    """What to read: the days that bugs are needed for, changes since when, or `whole`: everything in the project.

    today: the day whose snapshots are taken, None when only past days are asked for.
    """

    days: tuple[Day, ...]
    since: datetime | None
    whole: bool
    today: Day | None


def plan_fetch(request: FetchRequest) -> Plan:
    """The plan for a request.

    The project is read as a whole where a needed day was never captured completely, and once an hour, because a task
    that was deleted or moved away is in no list of changes.
    """
    days = lookback_days(BUGS, request)
    covered = covered_by(BUGS, request)
    since = changed_since(days, covered, now=request.now, grace=BUGS.grace)
    held = [covered.get(day.key) for day in days]
    captures = [reading.captured_at for reading in held if reading is not None and not reading.truncated]
    hour = request.now.replace(minute=0, second=0, microsecond=0)
    return Plan(
        days=days,
        since=since,
        whole=len(captures) < len(days) or max(captures) < hour,
        today=today_of(request),
    )

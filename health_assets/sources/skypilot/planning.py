"""What a fetch has to read, from the days asked for and the coverage stored. Pure.

A day is settled when it was captured after its end plus the kind's grace: nothing of it is read again.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from health_assets.model.source import FetchRequest
from health_assets.model.time import Day, day_at, days_touching
from health_assets.sources.skypilot.records import MANAGED_JOBS

#: What the server's clock may be behind ours.
OVERLAP = timedelta(minutes=15)


@dataclass(frozen=True, kw_only=True)
class Plan:
    """What to read. days: the look-back of jobs. changed_after None: all jobs. clusters_day None: no clusters."""

    days: tuple[Day, ...]
    jobs: bool
    changed_after: datetime | None
    clusters_day: Day | None


def plan_fetch(request: FetchRequest) -> Plan:
    """The plan for a request. Raises ValueError when no day asked for has begun."""
    today = day_at(request.now, request.zone)
    if request.days[0] > today:
        raise ValueError("no day asked for has begun")
    last = min(request.days[-1], today)
    days = days_touching(request.days[0].start - MANAGED_JOBS.lookback, last.end, request.zone)
    covered = {} if request.refetch else request.known.coverage(MANAGED_JOBS.name)
    whole = {key: held for key, held in covered.items() if not held.truncated}
    captured = max((held.captured_at for held in whole.values()), default=None)
    settled = [day.key in whole and whole[day.key].captured_at >= day.end + MANAGED_JOBS.grace for day in days]
    # a day before the last capture that no capture covers lies before everything that was ever kept
    hole = any(captured is not None and day.key not in whole and day.end <= captured for day in days)
    return Plan(
        days=days,
        jobs=not all(settled),
        changed_after=None if captured is None or hole else captured - OVERLAP,
        clusters_day=today if today in request.days else None,
    )

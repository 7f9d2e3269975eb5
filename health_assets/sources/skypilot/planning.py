"""What a fetch has to read, from the days asked for and the coverage stored. Pure.

Jobs are read by what changed after the last complete capture, or all of them where a day lies in a hole.
"""

from dataclasses import dataclass
from datetime import datetime

from health_assets.model.source import FetchRequest
from health_assets.model.time import Day
from health_assets.sources.planning import OVERLAP, covered_by, is_settled, lookback_days, today_of
from health_assets.sources.skypilot.records import MANAGED_JOBS


@dataclass(frozen=True, kw_only=True)
class Plan:
    """What to read. days: the look-back of jobs. changed_after None: all jobs. clusters_day None: no clusters."""

    days: tuple[Day, ...]
    jobs: bool
    changed_after: datetime | None
    clusters_day: Day | None


def plan_fetch(request: FetchRequest) -> Plan:
    """The plan for a request. Raises ValueError when no day asked for has begun."""
    days = lookback_days(MANAGED_JOBS, request)
    covered = covered_by(MANAGED_JOBS, request)
    whole = {key: held for key, held in covered.items() if not held.truncated}
    captured = max((held.captured_at for held in whole.values()), default=None)
    # a day before the last capture that no capture covers lies before everything that was ever kept
    hole = any(captured is not None and day.key not in whole and day.end <= captured for day in days)
    return Plan(
        days=days,
        jobs=not all(is_settled(covered.get(day.key), day, grace=MANAGED_JOBS.grace) for day in days),
        changed_after=None if captured is None or hole else captured - OVERLAP,
        clusters_day=today_of(request),
    )

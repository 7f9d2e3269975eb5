"""Daily partitions in the configured timezone, today included."""

from datetime import date

import dagster as dg

from health_assets.config import Settings


def daily_partitions(settings: Settings, *, first: date | None = None) -> dg.DailyPartitionsDefinition:
    """One partition a day from the configured start date; end_offset=1 makes the running day a partition too."""
    start = first or settings.start_date
    return dg.DailyPartitionsDefinition(start.isoformat(), timezone=settings.timezone, end_offset=1)

"""What was published to Datadog before, read back: the last point of a day of many series."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from health_assets.model.source import Meter
from health_assets.model.time import Day
from health_assets.sources.datadog.client import Client
from health_assets.sources.datadog.queries import MetricQuery
from health_assets.sources.datadog.settings import Settings

#: The shortest bucket that a day of 25 hours leaves: so the last one holds the last point and no other.
MINUTE = timedelta(minutes=1)
#: Bounds an answer, which may have a number for each series and minute.
QUERIES_A_REQUEST = 50


def last_points(
    settings: Settings, queries: Sequence[str], *, day: Day, deadline: float, meter: Meter
) -> Mapping[str, tuple[datetime, float]]:
    """(minute, value) of the last point of `day`, for each metric query that has one. A query is a single term.

    Raises SourceError, and ConfigError when a key is not set.
    """
    client = Client(settings, deadline=deadline, meter=meter)
    asked = [MetricQuery(name="restore", text=text, terms=(text,), parts=("", "")) for text in queries]
    found: dict[str, tuple[datetime, float]] = {}
    try:
        for first in range(0, len(asked), QUERIES_A_REQUEST):
            some = asked[first : first + QUERIES_A_REQUEST]
            series = client.series(some, start=day.start, end=day.end, bucket=MINUTE)
            found |= {query.text: max(points.items()) for query, points in zip(some, series, strict=True) if points}
    finally:
        client.close()
    return found

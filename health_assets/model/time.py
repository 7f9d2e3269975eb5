"""Days and instants: partition days in the configured timezone, instants in UTC, half-open windows.

A day D of timezone Z is (start, end] with both ends aware UTC datetimes; with daylight saving it lasts 23 to 25 hours.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

DAY = timedelta(days=1)


@dataclass(frozen=True, order=True)
class Day:
    """One partition day. `start` and `end` are aware UTC instants, `key` is its ISO date."""

    start: datetime
    end: datetime
    date: date

    @property
    def key(self) -> str:
        """ISO date, which is also the Dagster partition key."""
        return self.date.isoformat()


def day_of(when: date, zone: ZoneInfo) -> Day:
    """The partition day of calendar date `when` in `zone`."""
    start = datetime(when.year, when.month, when.day, tzinfo=zone)
    following = when + DAY
    end = datetime(following.year, following.month, following.day, tzinfo=zone)
    return Day(start=start.astimezone(UTC), end=end.astimezone(UTC), date=when)


def day_at(instant: datetime, zone: ZoneInfo) -> Day:
    """The day that a clock reading `instant` in `zone` belongs to; midnight begins a day."""
    return day_of(instant.astimezone(zone).date(), zone)


def days_ending(last: date, count: int, zone: ZoneInfo) -> tuple[Day, ...]:
    """`count` consecutive days, oldest first, the last of them `last`."""
    return tuple(day_of(last - DAY * back, zone) for back in reversed(range(count)))


def days_touching(start: datetime, end: datetime, zone: ZoneInfo) -> tuple[Day, ...]:
    """The days that share an instant with the window (start, end], oldest first."""
    last = day_at(end - timedelta(microseconds=1), zone).date
    first = day_at(start, zone).date
    return tuple(day_of(first + DAY * step, zone) for step in range((last - first).days + 1))


def parse_instant(text: str) -> datetime:
    """An ISO 8601 instant with offset or Z as an aware UTC datetime; raises ValueError without an offset."""
    value = datetime.fromisoformat(text.strip().replace("Z", "+00:00"))
    if value.tzinfo is None:
        raise ValueError(f"{text!r} has no timezone; write it like 2026-01-31T12:00:00Z")
    return value.astimezone(UTC)


def iso(instant: datetime) -> str:
    """An aware instant as ISO text in UTC with a Z, microseconds only where there are some."""
    return instant.astimezone(UTC).isoformat().replace("+00:00", "Z")

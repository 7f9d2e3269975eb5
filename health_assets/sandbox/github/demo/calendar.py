"""How each calendar date goes: working rhythm, and which days are bad and in which way.

Any seven days hold two or three bad ones: on Tuesday main breaks, on Thursday everything is slow, and every other
Monday checks are flaky. How bad differs from week to week, so that weekly counts rise and fall.
"""

from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from random import Random

SATURDAY = 5
REPAIR_HOUR = 9
BREAK_HOUR = 10


class Mood(StrEnum):
    """What is wrong on a day."""

    CALM = "calm"
    BROKEN = "broken"
    """Tests on main fail from BREAK_HOUR until REPAIR_HOUR of the next day; changes are reverted."""
    SLOW = "slow"
    """Everything takes a multiple of its time, some runs reach their limit."""
    FLAKY = "flaky"
    """Checks fail and pass when run again; people merge without waiting for them."""


BAD = {0: Mood.FLAKY, 1: Mood.BROKEN, 3: Mood.SLOW}


def week_of(day: date) -> int:
    """Weeks since the beginning of time, Monday to Sunday."""
    return (day.toordinal() - 1) // 7


def mood_of(day: date) -> Mood:
    """The mood of a calendar date (UTC)."""
    mood = BAD.get(day.weekday(), Mood.CALM)
    return Mood.CALM if mood is Mood.FLAKY and week_of(day) % 2 else mood


def mood_at(instant: datetime) -> Mood:
    """The mood at an instant; a broken main stays broken until the next morning."""
    today = mood_of(instant.date())
    if instant.hour < REPAIR_HOUR and mood_of(instant.date() - timedelta(days=1)) is Mood.BROKEN:
        return Mood.BROKEN
    return Mood.CALM if today is Mood.BROKEN and instant.hour < BREAK_HOUR else today


def is_weekend(day: date) -> bool:
    """Saturday or Sunday."""
    return day.weekday() >= SATURDAY


def moment(day: date, rng: Random, *, first: float = 7.5, last: float = 20.0) -> datetime:
    """A whole second of `day` between two hours (UTC), around the middle of them more often."""
    hours = rng.triangular(first, last)
    return datetime(day.year, day.month, day.day, tzinfo=UTC) + timedelta(seconds=int(hours * 3600))


def after(start: datetime, *, hours: float) -> datetime:
    """A whole second that many hours later."""
    return start + timedelta(seconds=int(hours * 3600))

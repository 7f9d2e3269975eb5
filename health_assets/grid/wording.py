"""How values, instants, ages and reasons are written; the same words in every renderer."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from health_assets.model.reason import Reason

#: As wide as a score, so that cells line up. REASON_TEXT of the model is the full sentence.
REASON_CODE: dict[Reason, str] = {
    Reason.NOT_COLLECTED: "wait",
    Reason.SOURCE_FAILED: "fail",
    Reason.NO_DATA: "none",
    Reason.TRUNCATED: "part",
    Reason.NOT_RECONSTRUCTIBLE: "lost",
    Reason.STALE: "old",
}

_IRREGULAR = {"recovery": "recoveries", "branch": "branches"}
#: Units that say nothing behind the number.
_BARE = frozenset({"", "ratio", "loss", "unit"})


def value_text(value: float, unit: str) -> str:
    """A raw value with its unit: `6.5 minutes`, `1 pull request`, `41,200 steps per second`, `83%`, `yes`."""
    if unit == "boolean" and value in (0.0, 1.0):
        return "yes" if value else "no"
    number = _number_text(value)
    if unit in _BARE:
        return number
    if unit == "percent":
        return f"{number}%"
    noun, per, rest = unit.replace("_", " ").partition(" per ")
    if number != "1":
        noun = _IRREGULAR.get(noun, f"{noun}s")
    return f"{number} {noun}{per}{rest}"


def instant_text(instant: datetime, zone: ZoneInfo) -> str:
    """An aware instant on the clock of `zone`, with the zone's abbreviation."""
    return instant.astimezone(zone).strftime("%Y-%m-%d %H:%M %Z")


def age_text(age: timedelta) -> str:
    """An age in its two largest units: `3 d 4 h`, `4 h 20 min`, `12 min`."""
    minutes = int(age.total_seconds() // 60)
    days, hours, minutes = minutes // 1440, minutes // 60 % 24, minutes % 60
    if days:
        return f"{days} d {hours} h"
    return f"{hours} h {minutes} min" if hours else f"{minutes} min"


def weekday_text(day: date) -> str:
    """`Tue`, in English whatever the locale."""
    return ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")[day.weekday()]


def date_text(day: date) -> str:
    """`24 Nov`, in English whatever the locale."""
    months = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
    return f"{day.day} {months[day.month - 1]}"


def _number_text(value: float) -> str:
    """Whole numbers in full, others with four significant digits and no exponent below a million."""
    if value == int(value) and abs(value) < 1e15:
        return f"{int(value):,}"
    if abs(value) >= 1000:
        return f"{value:,.0f}"
    return f"{value:.4g}"

"""Which reading decides a cell: an outage must never look healthy, and an old value must never look current."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from health_assets.grid.colour import Colour, score_text
from health_assets.grid.model import Reading
from health_assets.grid.wording import age_text, instant_text, value_text
from health_assets.model.reason import Reason
from health_assets.model.time import Day

#: Worst first: the further up, the less is known about the day.
SEVERITY = (
    Reason.SOURCE_FAILED,
    Reason.TRUNCATED,
    Reason.STALE,
    Reason.NOT_COLLECTED,
    Reason.NOT_RECONSTRUCTIBLE,
    Reason.NO_DATA,
)


def deciding(readings: Sequence[Reading]) -> Reading:
    """The reading that a cell over several scopes shows; readings: one for each expected scope, at least one.

    The worst known score, unless a scope is missing for any reason but `no_data` and that score is not red: then what
    is not known could be worse than what is, and the cell is grey with the severest reason. A scope with `no_data` was
    read completely and had nothing to measure, so it hides nothing.
    """
    if not readings:
        raise ValueError("a cell needs one reading for each expected scope")
    known = [reading for reading in readings if reading.score is not None]
    missing = [reading for reading in readings if reading.reason is not None]
    worst = min(known, key=_score, default=None)
    severest = min(missing, key=_severity, default=None)
    if worst is None:
        return severest if severest is not None else readings[0]
    if severest is None or severest.reason is Reason.NO_DATA or worst.colour is Colour.RED:
        return worst
    return severest


def aged(reading: Reading, *, day: Day, now: datetime, stale_after: timedelta, unit: str, zone: ZoneInfo) -> Reading:
    """The reading itself, or missing as `stale` when it stands for an instant too long before the day's end or now.

    The old value stays readable in the detail. Raises ValueError for a score without as-of time.
    """
    if reading.score is None:
        return reading
    if reading.as_of is None:
        raise ValueError(f"scope {reading.scope!r} on {day.key}: a score without its as-of time")
    age = min(now, day.end) - reading.as_of
    if age <= stale_after:
        return reading
    last = f"score {score_text(reading.score)}"
    if reading.value is not None:
        last = f"{value_text(reading.value, unit)}, {last}"
    detail = f"{age_text(age)} old; the last value was {last} as of {instant_text(reading.as_of, zone)}"
    return replace(reading, score=None, value=None, reason=Reason.STALE, detail=detail)


def _score(reading: Reading) -> float:
    return 1.0 if reading.score is None else reading.score


def _severity(reading: Reading) -> int:
    return len(SEVERITY) if reading.reason is None else SEVERITY.index(reading.reason)

"""Snapshots: what was recorded on a day, which no later reading can tell, and the metrics that rest on it."""

from collections.abc import Callable
from datetime import timedelta

import pandas as pd

from health_assets.model.metric import Family, History, Measure
from health_assets.sources.view import View

THE_DAY = timedelta(0)


def recorded(family: Family, name: str, *, unit: str, kind: str) -> Callable[[Measure], Measure]:
    """Declares the decorated measure of a metric that exists only where `kind` was recorded on the day."""
    return family.metric(name, unit=unit, needs={kind: THE_DAY}, history=History.RECORDED)


def of_day(view: View, kind: str) -> pd.DataFrame:
    """The rows of a snapshot kind that were recorded on the view's day."""
    rows = view.records(kind)
    return rows[rows["key"].str.startswith(f"{view.day.key}/")]

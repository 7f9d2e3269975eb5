"""Runs as they stood at T, which of them the settings select, and what their records say."""

from collections.abc import Iterable
from datetime import timedelta
from fnmatch import fnmatchcase
from typing import Any

import pandas as pd

from health_assets.sources.view import View
from health_assets.sources.wandb.records import FAILED, FINISHED
from health_assets.sources.wandb.settings import Selector

SECONDS_A_HOUR = 3600


def runs_at(view: View) -> pd.DataFrame:
    """Runs created at or before T, newest end first, then those active at T.

    active: had not ended at T; ended_at is then NaT, whatever came later. hours: how long it took, as the run itself
    measured it, else from its creation to its end; NaN while active. shown_at: its end, or its creation while active.
    """
    runs = view.records("runs")
    runs = runs[runs["created_at"] <= view.at]
    over = runs["ended_at"] <= view.at
    measured = runs["runtime_seconds"].astype("float64")
    lived = (runs["ended_at"] - runs["created_at"]).dt.total_seconds()
    hours = measured.where(measured.notna(), lived).where(over) / SECONDS_A_HOUR
    ended = runs["ended_at"].where(over)
    runs = runs.assign(active=~over, ended_at=ended, hours=hours, shown_at=ended.where(over, runs["created_at"]))
    return runs.sort_values(["ended_at", "created_at", "key"], ascending=[False, False, True])


def selected(view: View, name: str) -> pd.DataFrame:
    """runs_at(view) of the runs that the selector `name` of the settings selects."""
    runs = view.once(runs_at)
    selector: Selector = getattr(view.settings, name)
    columns = zip(runs["name"], runs["tags"], runs["group"], runs["job_type"], runs["sweep"], strict=True)
    chosen = [_is_selected(selector, *run) for run in columns]
    return runs[pd.Series(chosen, index=runs.index, dtype=bool)]


def ended_within(view: View, runs: pd.DataFrame, window: timedelta) -> pd.DataFrame:
    """Runs that ended in (T - window, T], the last one first."""
    return view.within(runs, "ended_at", window)


def finished(runs: pd.DataFrame) -> pd.DataFrame:
    """Those whose end was success."""
    return runs[runs["state"] == FINISHED]


def failed(runs: pd.DataFrame) -> pd.DataFrame:
    """Those that ended failed, crashed or killed."""
    return runs[runs["state"].isin(FAILED)]


def summary_value(summary: Any, keys: Iterable[str]) -> float | None:
    """The value of the first key present; None when none is, or the summary could not be read."""
    if not isinstance(summary, dict):
        return None
    return next((float(summary[key]) for key in keys if key in summary), None)


def _is_selected(selector: Selector, name: Any, tags: Any, group: Any, job_type: Any, sweep: Any) -> bool:
    return (
        _matches(name, selector.names)
        or _matches(group, selector.groups)
        or _matches(job_type, selector.job_types)
        or (isinstance(tags, list) and not set(selector.tags).isdisjoint(tags))
        or (selector.in_sweep and not pd.isna(sweep))
    )


def _matches(text: Any, patterns: Iterable[str]) -> bool:
    return not pd.isna(text) and any(fnmatchcase(str(text), pattern) for pattern in patterns)

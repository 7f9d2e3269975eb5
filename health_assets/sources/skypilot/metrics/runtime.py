"""How long the managed jobs running at T have been running."""

from collections.abc import Callable

import numpy as np
import pandas as pd

from health_assets.model.metric import Family, Measurement
from health_assets.model.reason import Reason
from health_assets.sources.skypilot.metrics.evidence import counted, for_hours, shown
from health_assets.sources.skypilot.metrics.timeline import AT_T, SECONDS_AN_HOUR, running
from health_assets.sources.view import View

FAMILY = Family(source="skypilot", name="runtime", title="Runtime of managed jobs")
NOTHING_RUNS = Measurement.missing(Reason.NO_DATA, "no managed job runs")


@FAMILY.metric("skypilot.jobs.runtime_seconds.min", unit="second", needs=AT_T)
def shortest(view: View) -> Measurement:
    """Shortest time since start of the managed jobs running at T. Missing when none runs."""
    return _statistic(view, np.min)


@FAMILY.metric("skypilot.jobs.runtime_seconds.max", unit="second", needs=AT_T)
def longest(view: View) -> Measurement:
    """Longest time since start of the managed jobs running at T. Missing when none runs."""
    return _statistic(view, np.max)


@FAMILY.metric("skypilot.jobs.runtime_seconds.avg", unit="second", needs=AT_T)
def mean(view: View) -> Measurement:
    """Mean time since start of the managed jobs running at T. Missing when none runs."""
    return _statistic(view, np.mean)


@FAMILY.metric("skypilot.jobs.runtime_seconds.p50", unit="second", needs=AT_T)
def p50(view: View) -> Measurement:
    """Median (linear) time since start of the managed jobs running at T. Missing when none runs."""
    return _statistic(view, lambda seconds: np.percentile(seconds, 50))


@FAMILY.metric("skypilot.jobs.runtime_seconds.p90", unit="second", needs=AT_T)
def p90(view: View) -> Measurement:
    """90th percentile (linear) of the time since start of the managed jobs running at T. Missing when none runs."""
    return _statistic(view, lambda seconds: np.percentile(seconds, 90))


@FAMILY.metric("skypilot.jobs.runtime_seconds.p99", unit="second", needs=AT_T)
def p99(view: View) -> Measurement:
    """99th percentile (linear) of the time since start of the managed jobs running at T. Missing when none runs."""
    return _statistic(view, lambda seconds: np.percentile(seconds, 99))


def _statistic(view: View, statistic: "Callable[[pd.Series[float]], float]") -> Measurement:
    jobs = view.once(running)
    if jobs.empty:
        return NOTHING_RUNS
    pieces = shown(view, jobs, at="started_at", note=for_hours)
    return Measurement.of(
        statistic(jobs["hours"] * SECONDS_AN_HOUR), samples=len(jobs), evidence=pieces, total=len(jobs)
    )


@FAMILY.metric("skypilot.jobs.runtime_buckets.0_1h", unit="job", needs=AT_T)
def under_1_hour(view: View) -> Measurement:
    """Managed jobs running at T for under 1 hour."""
    return _bucket(view, 0, 1)


@FAMILY.metric("skypilot.jobs.runtime_buckets.1_4h", unit="job", needs=AT_T)
def from_1_to_4_hours(view: View) -> Measurement:
    """Managed jobs running at T for 1 to under 4 hours."""
    return _bucket(view, 1, 4)


@FAMILY.metric("skypilot.jobs.runtime_buckets.4_24h", unit="job", needs=AT_T)
def from_4_to_24_hours(view: View) -> Measurement:
    """Managed jobs running at T for 4 to under 24 hours."""
    return _bucket(view, 4, 24)


@FAMILY.metric("skypilot.jobs.runtime_buckets.over_24h", unit="job", needs=AT_T)
def from_24_hours(view: View) -> Measurement:
    """Managed jobs running at T for 24 hours or more."""
    return _bucket(view, 24, np.inf)


def _bucket(view: View, from_hours: float, under_hours: float) -> Measurement:
    jobs = view.once(running)
    inside = jobs[(jobs["hours"] >= from_hours) & (jobs["hours"] < under_hours)]
    return counted(view, inside, at="started_at", note=for_hours)

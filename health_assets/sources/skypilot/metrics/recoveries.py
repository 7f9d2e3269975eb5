"""Recoveries of the managed jobs running at T: how often spot capacity or a cluster was lost under them.

SkyPilot tells how many recoveries a job has had and when the last one was. Which of them came after T is known when
there was one at most, or when readings in between saw the number grow; otherwise the value at T is not known.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import pandas as pd

from health_assets.model.metric import Family, Measurement
from health_assets.model.reason import Reason
from health_assets.model.time import parse_instant
from health_assets.sources.skypilot.metrics.evidence import counted, shown
from health_assets.sources.skypilot.metrics.timeline import AT_T, running, unknown
from health_assets.sources.view import View

FAMILY = Family(source="skypilot", name="recoveries", title="Recoveries of managed jobs")
NONE_RECOVERED = Measurement.missing(Reason.NO_DATA, "no running job has recovered")


def recoveries_at(history: Sequence[Sequence[Any]], at: datetime) -> int | None:
    """Number of recoveries at `at`; None where it cannot be told. history: [[recoveries so far, since], ...]."""
    before = 0
    for count, since in history:
        if parse_instant(since) > at:
            return before if count == before + 1 else None
        before = count
    return before


def _with_counts(view: View) -> pd.DataFrame:
    """Jobs running at T with `count`, Int64, NA where not known; the most often recovered first."""
    jobs = view.once(running)
    counts = [recoveries_at(history, view.at) for history in jobs["recoveries"]]
    return jobs.assign(count=pd.array(counts, dtype="Int64")).sort_values(["count", "job_id"], ascending=[False, True])


@FAMILY.metric("skypilot.jobs.with_recoveries", unit="job", needs=AT_T)
def recovered(view: View) -> Measurement:
    """Managed jobs running at T that had recovered at least once by T."""
    jobs = view.once(_with_counts)
    if missing := unknown(jobs, "count", "the number of recoveries"):
        return missing
    return counted(view, jobs[jobs["count"] > 0], at="started_at", note=lambda row: f"{row.count} recoveries")


@FAMILY.metric("skypilot.jobs.recovery_count.avg", unit="recovery", needs=AT_T)
def mean_recoveries(view: View) -> Measurement:
    """Mean number of recoveries by T of the managed jobs running at T that had recovered. Missing when none had."""
    return _of_recovered(view, "mean")


@FAMILY.metric("skypilot.jobs.recovery_count.max", unit="recovery", needs=AT_T)
def most_recoveries(view: View) -> Measurement:
    """Highest number of recoveries by T of the managed jobs running at T that had recovered. Missing when none had."""
    return _of_recovered(view, "max")


def _of_recovered(view: View, statistic: str) -> Measurement:
    jobs = view.once(_with_counts)
    if missing := unknown(jobs, "count", "the number of recoveries"):
        return missing
    jobs = jobs[jobs["count"] > 0]
    if jobs.empty:
        return NONE_RECOVERED
    pieces = shown(view, jobs, at="started_at", note=lambda row: f"{row.count} recoveries")
    return Measurement.of(float(jobs["count"].agg(statistic)), samples=len(jobs), evidence=pieces, total=len(jobs))

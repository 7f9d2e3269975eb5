"""One value a job: each job active at T or ended in (T-24h, T], by itself and as the largest of them.

An observation is one value for a metric, scope and day, so that the grid gets the largest, with the jobs as evidence;
`job_series` gives every job's own value with its tags, for a publisher that sends tagged series.
Costs are of GPUs only, at the prices of the settings.
"""

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any

import pandas as pd

from health_assets.model.metric import Family, Measurement
from health_assets.model.reason import Reason
from health_assets.sources.evidence import Row, rows_of
from health_assets.sources.skypilot.metrics.evidence import evidence_of, job_number
from health_assets.sources.skypilot.metrics.timeline import ENDED, QUEUED, SECONDS_AN_HOUR, jobs_at, status_at
from health_assets.sources.skypilot.records import is_failure
from health_assets.sources.skypilot.resources import gpus_in
from health_assets.sources.view import View

FAMILY = Family(source="skypilot", name="job", title="Single managed jobs")
LAST_DAY = timedelta(hours=24)
NEEDS = {"managed_jobs": LAST_DAY}
UNKNOWN_GPUS = (Reason.NOT_RECONSTRUCTIBLE, "the accelerators or the capacity of {lacking} of {jobs} jobs is not known")
UNPRICED = (Reason.NO_DATA, "the GPUs of {lacking} of {jobs} jobs have no price in sources.skypilot.gpu_prices")

Tags = dict[str, str]
Unknown = tuple[Reason, str]
"""Why a job's value is not known: the reason and a text with {lacking} and {jobs}."""


ValueOf = Callable[[Row, datetime, Any], float | Unknown | None]
"""(job, T, settings) -> its value; None for a job that has no such value, Unknown where it cannot be told."""


def job_series(view: View) -> list[tuple[str, Tags, float]]:
    """(metric, tags, value) of every per-job metric and job whose value is known. Pure; as of view.at."""
    return [
        (metric, job_tags(row), value)
        for metric, value_of in VALUES.items()
        for row, value in _values(view, value_of)
        if isinstance(value, float)
    ]


def job_tags(row: Row) -> Tags:
    """job_id, user, region, gpu_type, instance_type and status of a job at T; what is not known says so."""
    gpus = None if not isinstance(row.accelerators, dict) else gpus_in(row.accelerators)
    return {
        "job_id": job_number(row),
        "user": _known(row.user),
        "region": _known(row.region),
        "gpu_type": "unknown" if gpus is None else "+".join(sorted(gpus)) or "none",
        "instance_type": "unknown" if pd.isna(row.spot) else ("spot" if row.spot else "on_demand"),
        "status": status_at(row),
    }


def _known(value: Any) -> str:
    return "unknown" if pd.isna(value) else str(value)


def _chosen(view: View) -> pd.DataFrame:
    """Jobs active at T or ended in (T-24h, T]."""
    jobs = view.once(jobs_at)
    return jobs[(jobs["phase"] != ENDED) | (jobs["ended_at"] > view.at - LAST_DAY)]


def _values(view: View, value_of: ValueOf) -> Iterator[tuple[Row, float | Unknown]]:
    for row in rows_of(view.once(_chosen)):
        value = value_of(row, view.at, view.settings)
        if value is not None:
            yield row, value


def _largest(view: View, metric: str) -> Measurement:
    found = list(_values(view, VALUES[metric]))
    if not found:
        return Measurement.missing(Reason.NO_DATA, "no managed job of the last 24 hours has such a value")
    lacking = [value for _, value in found if not isinstance(value, float)]
    if lacking:
        reason, text = lacking[0]
        same = sum(1 for other, _ in lacking if other is reason)
        return Measurement.missing(reason, text.format(lacking=same, jobs=len(found)))
    known = sorted(((value, row) for row, value in found if isinstance(value, float)), key=_largest_first)
    pieces = [
        evidence_of(view, row, at="queued_at", note=f"{value:g}; {_written(job_tags(row))}") for value, row in known
    ]
    return Measurement.of(known[0][0], samples=len(known), evidence=pieces)


def _largest_first(pair: tuple[float, Row]) -> tuple[float, int, int]:
    value, row = pair
    return -value, row.job_id, row.task_id


def _written(tags: Tags) -> str:
    return " ".join(f"{name}:{value}" for name, value in tags.items())


def _has_started(row: Row) -> bool:
    return row.phase != QUEUED and not pd.isna(row.started_at)


def _seconds(since: Any, until: Any) -> float:
    return float((until - since).total_seconds())


def _runtime(row: Row, at: datetime, _: Any) -> float | None:
    if not _has_started(row):
        return None
    return _seconds(row.started_at, row.ended_at if row.phase == ENDED else at) / SECONDS_AN_HOUR


def _gpu_count(row: Row, _: datetime, __: Any) -> float | Unknown | None:
    if not _has_started(row):
        return None
    return UNKNOWN_GPUS if not isinstance(row.accelerators, dict) else float(sum(gpus_in(row.accelerators).values()))


def _hourly_cost(row: Row, _: datetime, settings: Any) -> float | Unknown | None:
    """USD per hour; None for a job without GPUs, whose machine has no price here."""
    if not _has_started(row):
        return None
    if not isinstance(row.accelerators, dict) or pd.isna(row.spot):
        return UNKNOWN_GPUS
    gpus = gpus_in(row.accelerators)
    prices = {name: settings.price_of(name, spot=bool(row.spot)) for name in gpus}
    if None in prices.values():
        return UNPRICED
    return float(sum(count * prices[name] for name, count in gpus.items())) if gpus else None


def _total_cost(row: Row, at: datetime, settings: Any) -> float | Unknown | None:
    hours = _runtime(row, at, settings) if row.phase == ENDED else None
    rate = None if hours is None else _hourly_cost(row, at, settings)
    return rate * hours if isinstance(rate, float) and hours is not None else rate


def _queue_wait(row: Row, at: datetime, _: Any) -> float | None:
    return _seconds(row.queued_at, at) if row.phase == QUEUED else None


def _setup(row: Row, _: datetime, __: Any) -> float | None:
    if not _has_started(row) or pd.isna(row.submitted_at):
        return None
    return _seconds(row.submitted_at, row.started_at)


def _total_duration(row: Row, _: datetime, __: Any) -> float | None:
    if row.phase != ENDED or pd.isna(row.submitted_at):
        return None
    return _seconds(row.submitted_at, row.ended_at) / SECONDS_AN_HOUR


def _time_to_failure(row: Row, at: datetime, settings: Any) -> float | None:
    return _runtime(row, at, settings) if row.phase == ENDED and is_failure(row.status) else None


#: The measure of each metric by its full name: what one job contributes.
VALUES: Mapping[str, ValueOf] = {
    "skypilot.job.runtime_hours": _runtime,
    "skypilot.job.estimated_cost_hourly": _hourly_cost,
    "skypilot.job.gpu_count": _gpu_count,
    "skypilot.job.queue_wait_seconds": _queue_wait,
    "skypilot.job.setup_seconds": _setup,
    "skypilot.job.total_duration_hours": _total_duration,
    "skypilot.job.total_cost_usd": _total_cost,
    "skypilot.job.time_to_failure_hours": _time_to_failure,
}


@FAMILY.metric("skypilot.job.runtime_hours", unit="hour", needs=NEEDS)
def runtime_hours(view: View) -> Measurement:
    """Longest runtime, so far or in total, of the managed jobs that were active at T or ended in (T-24h, T] and had
    started. Missing when there are none."""
    return _largest(view, "skypilot.job.runtime_hours")


@FAMILY.metric("skypilot.job.estimated_cost_hourly", unit="dollar", needs=NEEDS)
def hourly_cost(view: View) -> Measurement:
    """Highest estimated burn rate, GPUs times their configured price an hour, of the managed jobs that were active at T
    or ended in (T-24h, T], had started and hold GPUs. Missing when there are none, or when one's GPUs have no price."""
    return _largest(view, "skypilot.job.estimated_cost_hourly")


@FAMILY.metric("skypilot.job.gpu_count", unit="gpu", needs=NEEDS)
def gpu_count(view: View) -> Measurement:
    """Most GPUs, on all nodes, of one managed job that was active at T or ended in (T-24h, T] and had started. Missing
    when there are none."""
    return _largest(view, "skypilot.job.gpu_count")


@FAMILY.metric("skypilot.job.queue_wait_seconds", unit="second", needs=NEEDS)
def queue_wait(view: View) -> Measurement:
    """Longest time waited so far by a managed job that was queued at T. Missing when none was."""
    return _largest(view, "skypilot.job.queue_wait_seconds")


@FAMILY.metric("skypilot.job.setup_seconds", unit="second", needs=NEEDS)
def setup_seconds(view: View) -> Measurement:
    """Longest time from submission to start of the managed jobs that were active at T or ended in (T-24h, T] and had
    started. Missing when there are none."""
    return _largest(view, "skypilot.job.setup_seconds")


@FAMILY.metric("skypilot.job.total_duration_hours", unit="hour", needs=NEEDS)
def total_duration(view: View) -> Measurement:
    """Longest time from submission to end of the managed jobs that ended in (T-24h, T]. Missing when there are none."""
    return _largest(view, "skypilot.job.total_duration_hours")


@FAMILY.metric("skypilot.job.total_cost_usd", unit="dollar", needs=NEEDS)
def total_cost(view: View) -> Measurement:
    """Highest estimated cost, burn rate times runtime, of the managed jobs with GPUs that ended in (T-24h, T] and had
    started. Missing when there are none, or when one's GPUs have no price."""
    return _largest(view, "skypilot.job.total_cost_usd")


@FAMILY.metric("skypilot.job.time_to_failure_hours", unit="hour", needs=NEEDS)
def time_to_failure(view: View) -> Measurement:
    """Longest time from start to end of the managed jobs that failed in (T-24h, T] after they had started. Missing when
    there are none."""
    return _largest(view, "skypilot.job.time_to_failure_hours")

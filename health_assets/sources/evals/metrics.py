"""Measures of evaluation runs that ended in the 24 hours before T, by the times inside the documents."""

from typing import Any

import pandas as pd

from health_assets.model.metric import Family, Measurement
from health_assets.model.reason import Reason
from health_assets.sources.results.evidence import job_evidence, jobs_counted
from health_assets.sources.results.reading import DAY
from health_assets.sources.view import View

LOCAL = Family(source="evals", name="local", title="Local evaluations")
REMOTE = Family(source="evals", name="remote", title="Remote evaluations")
FAMILIES = (LOCAL, REMOTE)
NEEDS = {"evaluations": DAY}


def ended(view: View, where: str) -> pd.DataFrame:
    """Evaluations of that place that ended in (T-24h, T]; `good`: with exit code 0 and, if remote, a fetched result."""
    runs = view.within(view.records("evaluations"), "finished_at", DAY)
    runs = runs[runs["where"] == where]
    good = runs["exit_code"] == 0
    if where == "remote":
        good &= runs["result_fetched"].fillna(False)  # unknown is not fetched: the schema demands an answer
    return runs.assign(good=good.astype(bool))


def _successes(view: View, where: str) -> Measurement:
    runs = view.once(ended, where)
    return jobs_counted(runs[runs["good"]], samples=len(runs), at="finished_at", note=_minutes)


def _minutes(row: Any) -> str:
    return f"{(row.finished_at - row.started_at).total_seconds() / 60:.1f} minutes"


def _latest(view: View, where: str) -> Any | None:
    runs = view.once(ended, where)
    good = runs[runs["good"]].sort_values(["finished_at", "name"])
    return None if good.empty else next(good.tail(1).itertuples(index=False))


def _none_succeeded(where: str) -> Measurement:
    return Measurement.missing(Reason.NO_DATA, f"no {where} evaluation succeeded in the 24 hours")


def _hearts_accuracy(view: View, where: str) -> Measurement:
    latest = _latest(view, where)
    if latest is None:
        return _none_succeeded(where)
    measured, expected = latest.hearts_measured, latest.hearts_expected
    if pd.isna(measured) or pd.isna(expected):
        return Measurement.missing(Reason.NO_DATA, f"{latest.job}, the latest that succeeded, reported no hearts")
    note = f"{measured:g} hearts, expected {expected:g}"
    shown = [job_evidence(latest, at="finished_at", note=note)]
    return Measurement.of(abs(measured - expected) / expected * 100, samples=1, evidence=shown)


@LOCAL.metric("eval.local.success_24h", unit="run", needs=NEEDS)
def local_success_count(view: View) -> Measurement:
    """Local evaluation runs that ended with exit code 0 in (T-24h, T]."""
    return _successes(view, "local")


@LOCAL.metric("eval.local.hearts_accuracy_pct", unit="percent", needs=NEEDS)
def local_hearts_accuracy(view: View) -> Measurement:
    """Absolute difference between measured and expected hearts, in percent of expected, of the latest successful local
    evaluation in (T-24h, T]. Missing when none succeeded or it reported no hearts."""
    return _hearts_accuracy(view, "local")


@REMOTE.metric("eval.remote.success_24h", unit="run", needs=NEEDS)
def remote_success_count(view: View) -> Measurement:
    """Remote evaluations that ended successfully and whose result could be fetched in (T-24h, T]."""
    return _successes(view, "remote")


@REMOTE.metric("eval.remote.hearts_accuracy_pct", unit="percent", needs=NEEDS)
def remote_hearts_accuracy(view: View) -> Measurement:
    """Absolute difference between measured and expected hearts, in percent of expected, of the latest successful remote
    evaluation in (T-24h, T]. Missing when none succeeded or it reported no hearts."""
    return _hearts_accuracy(view, "remote")


@REMOTE.metric("eval.remote.duration_minutes", unit="minute", needs=NEEDS)
def remote_duration(view: View) -> Measurement:
    """Duration of the latest successful remote evaluation in (T-24h, T]. Missing when none succeeded."""
    latest = _latest(view, "remote")
    if latest is None:
        return _none_succeeded("remote")
    minutes = (latest.finished_at - latest.started_at).total_seconds() / 60
    return Measurement.of(minutes, samples=1, evidence=[job_evidence(latest, at="finished_at", note=_minutes(latest))])

"""Evaluation runs that ended in the 24 hours before T, of either place."""

import pandas as pd

from health_assets.model.metric import Measurement
from health_assets.model.reason import Reason
from health_assets.sources.evidence import Row, evidence, rows_of
from health_assets.sources.results.evidence import job_name, jobs_counted
from health_assets.sources.results.reading import DAY
from health_assets.sources.view import View

LAST_DAY = {"evaluations": DAY}


def ended(view: View, where: str) -> pd.DataFrame:
    """Evaluations of that place that ended in (T-24h, T]; `good`: with exit code 0 and, if remote, a fetched result."""
    runs = view.within(view.records("evaluations"), "finished_at", DAY)
    runs = runs[runs["where"] == where]
    good = runs["exit_code"] == 0
    if where == "remote":
        good &= runs["result_fetched"].fillna(False)  # unknown is not fetched: the schema demands an answer
    return runs.assign(good=good.astype(bool))


def successes(view: View, where: str) -> Measurement:
    """How many succeeded."""
    runs = view.once(ended, where)
    return jobs_counted(runs[runs["good"]], samples=len(runs), at="finished_at", note=minutes)


def latest(view: View, where: str) -> pd.DataFrame:
    """The one that succeeded last; no row when none did."""
    runs = view.once(ended, where)
    return runs[runs["good"]].sort_values(["finished_at", "name"]).tail(1)


def minutes(row: Row) -> str:
    """How long a run took."""
    return f"{(row.finished_at - row.started_at).total_seconds() / 60:.1f} minutes"


def none_succeeded(where: str) -> Measurement:
    """Missing, because there is no run to look at."""
    return Measurement.missing(Reason.NO_DATA, f"no {where} evaluation succeeded in the 24 hours")


def hearts_accuracy(view: View, where: str) -> Measurement:
    """Difference between measured and expected hearts of the latest run that succeeded, percent of expected."""
    chosen = latest(view, where)
    run = next(rows_of(chosen), None)
    if run is None:
        return none_succeeded(where)
    measured, expected = run.hearts_measured, run.hearts_expected
    if pd.isna(measured) or pd.isna(expected):
        return Measurement.missing(Reason.NO_DATA, f"{run.job}, the latest that succeeded, reported no hearts")
    note = f"{measured:g} hearts, expected {expected:g}"
    shown = evidence(chosen, label=job_name, at="finished_at", note=lambda _: note)
    return Measurement.of(abs(measured - expected) / expected * 100, samples=1, evidence=shown)

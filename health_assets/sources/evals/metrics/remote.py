"""Remote evaluations."""

from health_assets.model.metric import Family, Measurement
from health_assets.sources.evals.metrics.runs import (
    LAST_DAY,
    hearts_accuracy,
    latest,
    minutes,
    none_succeeded,
    successes,
)
from health_assets.sources.evidence import evidence
from health_assets.sources.results.evidence import job_name
from health_assets.sources.view import View

FAMILY = Family(source="evals", name="remote", title="Remote evaluations")


@FAMILY.metric("eval.remote.success_24h", unit="run", needs=LAST_DAY)
def success_count(view: View) -> Measurement:
    """Remote evaluations that ended successfully and whose result could be fetched in (T-24h, T]."""
    return successes(view, "remote")


@FAMILY.metric("eval.remote.hearts_accuracy_pct", unit="percent", needs=LAST_DAY)
def accuracy(view: View) -> Measurement:
    """Absolute difference between measured and expected hearts, in percent of expected, of the latest successful remote
    evaluation in (T-24h, T]. Missing when none succeeded or it reported no hearts."""
    return hearts_accuracy(view, "remote")


@FAMILY.metric("eval.remote.duration_minutes", unit="minute", needs=LAST_DAY)
def duration(view: View) -> Measurement:
    """Duration of the latest successful remote evaluation in (T-24h, T]. Missing when none succeeded."""
    run = latest(view, "remote")
    if run.empty:
        return none_succeeded("remote")
    took = (run["finished_at"] - run["started_at"]).iloc[0].total_seconds() / 60
    return Measurement.of(took, samples=1, evidence=evidence(run, label=job_name, at="finished_at", note=minutes))

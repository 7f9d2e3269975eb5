"""Local evaluations."""

from health_assets.model.metric import Family, Measurement
from health_assets.sources.evals.metrics.runs import LAST_DAY, hearts_accuracy, successes
from health_assets.sources.view import View

FAMILY = Family(source="evals", name="local", title="Local evaluations")


@FAMILY.metric("eval.local.success_24h", unit="run", needs=LAST_DAY)
def success_count(view: View) -> Measurement:
    """Local evaluation runs that ended with exit code 0 in (T-24h, T]."""
    return successes(view, "local")


@FAMILY.metric("eval.local.hearts_accuracy_pct", unit="percent", needs=LAST_DAY)
def accuracy(view: View) -> Measurement:
    """Absolute difference between measured and expected hearts, in percent of expected, of the latest successful local
    evaluation in (T-24h, T]. Missing when none succeeded or it reported no hearts."""
    return hearts_accuracy(view, "local")

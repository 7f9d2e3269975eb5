"""CI: the workflow runs of a week, and the state of the default branch."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd

from health_assets.model.metric import Family, Measurement
from health_assets.model.reason import Reason
from health_assets.sources.evidence import Row, counted, evidence, text_of
from health_assets.sources.github.metrics.evidence import run_label
from health_assets.sources.github.metrics.runs import FAILED, runs_within, undecidable
from health_assets.sources.github.metrics.timeline import facts
from health_assets.sources.github.metrics.workflows import default_branch_runs, latest_benchmarks, latest_tests
from health_assets.sources.github.records import MONTH, WEEK
from health_assets.sources.view import View

FAMILY = Family(source="github", name="ci", title="CI")
LAST_WEEK = {"workflow_runs": WEEK}
SECONDS_A_MINUTE = 60


def _outcome(row: Row) -> str:
    conclusion = text_of(row.conclusion) or "not concluded"
    return f"{conclusion} on {text_of(row.branch)} ({text_of(row.event)})"


def _week(view: View) -> pd.DataFrame:
    return view.once(runs_within, "workflow_runs", WEEK)


@FAMILY.metric("github.ci.tests_passing_on_main", unit="boolean", needs={"default_branch_runs": MONTH})
def tests_passing(view: View) -> Measurement:
    """1 when the latest run of every test workflow on the default branch that had a conclusion at T was a success,
    else 0; skipped runs are passed over, any other conclusion is none. Test workflows: configured names or patterns;
    by default all with a run by push on the default branch in (T-30d, T], benchmarks excepted.
    Missing when none ran."""
    latest = latest_tests(view)
    if latest.empty:
        return Measurement.missing(Reason.NO_DATA, "no test workflow concluded on the default branch in the 30 days")
    broken = latest[~latest["unknown"] & (latest["conclusion"] != "success")]
    # One workflow that is known to be broken decides, whatever the unknown ones say.
    if broken.empty and (missing := undecidable(int(latest["unknown"].sum()), len(latest))):
        return missing
    telling = latest if broken.empty else broken
    shown = evidence(telling, label=run_label, at="completed_at", note=_outcome)
    return Measurement.of(float(broken.empty), samples=len(latest), evidence=shown, total=len(telling))


@FAMILY.metric("github.ci.benchmarks_passing", unit="ratio", needs={"default_branch_runs": MONTH})
def benchmarks_passing(view: View) -> Measurement:
    """Share of the benchmark workflows (configured names or patterns; by default those with bench in their name) whose
    latest run on the default branch that had a conclusion at T, created in (T-30d, T], was a success; skipped runs are
    passed over. Missing when there is none."""
    latest = latest_benchmarks(view)
    if latest.empty:
        return Measurement.missing(Reason.NO_DATA, "no benchmark concluded on the default branch in the 30 days")
    if missing := undecidable(int(latest["unknown"].sum()), len(latest)):
        return missing
    passing = latest["conclusion"] == "success"
    shown = evidence(latest[~passing], label=run_label, at="completed_at", note=_outcome)
    return Measurement.of(float(passing.mean()), samples=len(latest), evidence=shown, total=int((~passing).sum()))


@FAMILY.metric("github.ci.workflow_runs_7d", unit="run", needs=LAST_WEEK)
def run_count(view: View) -> Measurement:
    """Workflow runs created in (T-7d, T] on all branches; running one again makes no new run."""
    runs = _week(view)
    return counted(runs, samples=len(runs), label=run_label, at="created_at", note=_outcome)


@FAMILY.metric("github.ci.failed_runs_7d", unit="run", needs=LAST_WEEK)
def failed_run_count(view: View) -> Measurement:
    """Workflow runs created in (T-7d, T] whose conclusion at T is failure, timed_out or startup_failure. A failed run
    that is being run again counts until the new attempt has concluded."""
    runs = _week(view)
    failed = runs[runs["conclusion"].isin(FAILED)]
    return undecidable(int(runs["unknown"].sum()), len(runs)) or counted(
        failed, samples=len(runs), label=run_label, at="completed_at", note=_outcome
    )


@FAMILY.metric("github.ci.failed_workflows_7d", unit="workflow", needs={"default_branch_runs": WEEK})
def failed_workflow_count(view: View) -> Measurement:
    """Distinct workflows with at least one run on the default branch, created in (T-7d, T], whose conclusion at T is
    failure, timed_out or startup_failure."""
    runs = view.within(view.once(default_branch_runs), "created_at", WEEK)
    failed = runs[~runs["unknown"] & runs["conclusion"].isin(FAILED)]
    # An unknown run of a workflow that failed anyway changes nothing.
    unknown = runs[runs["unknown"] & ~runs["workflow_id"].isin(failed["workflow_id"])]
    newest = failed.drop_duplicates("workflow_id", keep="first")
    return undecidable(len(unknown), len(runs)) or counted(
        newest, samples=len(runs), label=run_label, at="completed_at", note=_outcome
    )


@FAMILY.metric("github.ci.timeout_cancellations_7d", unit="run", needs={"workflow_runs": WEEK, "run_timeouts": WEEK})
def timeout_count(view: View) -> Measurement:
    """Workflow runs created in (T-7d, T] proven to have timed out: their conclusion at T is timed_out, or cancelled
    with a check-run annotation that says that the maximum execution time was exceeded. Runs cancelled by a newer run
    or by hand do not count."""
    runs = _week(view)
    if missing := undecidable(int(runs["unknown"].sum()), len(runs)):
        return missing
    proofs = facts(view, "run_timeouts").set_index(["run_id", "attempt"])["timed_out"]
    runs = runs.join(proofs, on=["run_id", "attempt"])
    cancelled = runs["conclusion"] == "cancelled"
    if unread := int((cancelled & runs["timed_out"].isna()).sum()):
        return Measurement.missing(
            Reason.TRUNCATED, f"why {unread} of {int(cancelled.sum())} cancelled runs were cancelled is unknown"
        )
    timed_out = runs[(runs["conclusion"] == "timed_out") | (cancelled & runs["timed_out"].isin([True]))]
    return counted(timed_out, samples=len(runs), label=run_label, at="completed_at", note=_outcome)


@FAMILY.metric("github.ci.flaky_checks_7d", unit="run", needs=LAST_WEEK)
def flaky_count(view: View) -> Measurement:
    """Workflow runs created in (T-7d, T] that needed to be run again to pass: their conclusion at T is a success of the
    second or a later attempt."""
    runs = _week(view)
    # A first attempt is never flaky, whatever its conclusion was.
    unknown = int((runs["unknown"] & (runs["possible"] > 1)).sum())
    flaky = runs[(runs["conclusion"] == "success") & (runs["attempt"] > 1)]
    return undecidable(unknown, len(runs)) or counted(
        flaky, samples=len(runs), label=run_label, at="completed_at", note=_outcome
    )


def _timed(view: View) -> pd.DataFrame:
    runs = _week(view)
    ran = runs[runs["conclusion"].isin({"success", "failure"})]
    minutes = (ran["completed_at"] - ran["started_at"]).dt.total_seconds() / SECONDS_A_MINUTE
    return ran.assign(minutes=minutes).sort_values(["minutes", "run_id"], ascending=[False, True])


def _duration(view: View, statistic: Callable[[Any], Any]) -> Measurement:
    """`statistic` of the minutes that the week's runs took which had concluded with success or failure at T."""
    runs = _week(view)
    if missing := undecidable(int(runs["unknown"].sum()), len(runs)):
        return missing
    slowest = view.once(_timed)
    if slowest.empty:
        return Measurement.missing(Reason.NO_DATA, "no run of the 7 days concluded with success or failure")
    if unknown := int(slowest["minutes"].isna().sum()):
        return Measurement.missing(Reason.TRUNCATED, f"the start of {unknown} of {len(slowest)} runs is unknown")
    shown = evidence(slowest, label=run_label, at="completed_at", note=lambda row: f"{row.minutes:.1f} min")
    value = float(statistic(slowest["minutes"].to_numpy()))
    return Measurement.of(value, samples=len(slowest), evidence=shown, total=len(slowest))


@FAMILY.metric("github.ci.avg_workflow_duration_minutes", unit="minute", needs=LAST_WEEK)
def mean_minutes(view: View) -> Measurement:
    """Mean time from the start to the completion of the attempt that had concluded last at T, over the workflow runs
    created in (T-7d, T] that concluded with success or failure. Missing when there are none."""
    return _duration(view, np.mean)


@FAMILY.metric("github.ci.duration_p50_minutes", unit="minute", needs=LAST_WEEK)
def median_minutes(view: View) -> Measurement:
    """50th percentile (linear) of the durations of avg_workflow_duration_minutes. Missing when there are none."""
    return _duration(view, lambda minutes: np.percentile(minutes, 50))


@FAMILY.metric("github.ci.duration_p90_minutes", unit="minute", needs=LAST_WEEK)
def p90_minutes(view: View) -> Measurement:
    """90th percentile (linear) of the durations of avg_workflow_duration_minutes. Missing when there are none."""
    return _duration(view, lambda minutes: np.percentile(minutes, 90))


@FAMILY.metric("github.ci.duration_p99_minutes", unit="minute", needs=LAST_WEEK)
def p99_minutes(view: View) -> Measurement:
    """99th percentile (linear) of the durations of avg_workflow_duration_minutes. Missing when there are none."""
    return _duration(view, lambda minutes: np.percentile(minutes, 99))

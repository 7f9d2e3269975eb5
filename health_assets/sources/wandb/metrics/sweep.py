"""Sweeps: the runs of parameter searches."""

from datetime import timedelta

from health_assets.model.metric import Family, Measurement
from health_assets.sources.view import View
from health_assets.sources.wandb.metrics.evidence import counted, success_percent
from health_assets.sources.wandb.metrics.timeline import ended_within, failed, finished, selected
from health_assets.sources.wandb.records import DAY

FAMILY = Family(source="wandb", name="sweep", title="Sweeps")
LAST_DAY = {"runs": DAY}


@FAMILY.metric("wandb.sweep.runs_total_24h", unit="run", needs=LAST_DAY)
def created_count(view: View) -> Measurement:
    """Sweep runs (configured selector) created in (T-24h, T]."""
    created = view.within(view.once(selected, "sweep"), "created_at", DAY)
    return counted(created, of=created)


@FAMILY.metric("wandb.sweep.runs_completed_24h", unit="run", needs=LAST_DAY)
def completed(view: View) -> Measurement:
    """Sweep runs that ended finished in (T-24h, T]."""
    ended = ended_within(view, view.once(selected, "sweep"), DAY)
    return counted(finished(ended), of=ended)


@FAMILY.metric("wandb.sweep.runs_failed_24h", unit="run", needs=LAST_DAY)
def failures(view: View) -> Measurement:
    """Sweep runs that ended failed, crashed or killed in (T-24h, T]."""
    ended = ended_within(view, view.once(selected, "sweep"), DAY)
    return counted(failed(ended), of=ended)


@FAMILY.metric("wandb.sweep.runs_active", unit="run", needs={"runs": timedelta(0)})
def active_count(view: View) -> Measurement:
    """Sweep runs active at T."""
    runs = view.once(selected, "sweep")
    active = runs[runs["active"]]
    return counted(active, of=active)


@FAMILY.metric("wandb.sweep.success_rate_pct", unit="percent", needs=LAST_DAY)
def success_rate(view: View) -> Measurement:
    """Sweep runs that ended finished in (T-24h, T] as a share of those that ended finished, failed, crashed or killed,
    times 100. Missing when there are none."""
    ended = ended_within(view, view.once(selected, "sweep"), DAY)
    return success_percent(finished(ended), failed(ended))

"""Runs: how many there are and how they end."""

from datetime import timedelta

from health_assets.model.metric import Family, Measurement
from health_assets.sources.view import View
from health_assets.sources.wandb.metrics.evidence import counted
from health_assets.sources.wandb.metrics.timeline import ended_within, failed, finished, runs_at
from health_assets.sources.wandb.records import DAY, WEEK

FAMILY = Family(source="wandb", name="runs", title="Runs")
TODAY = {"runs": timedelta(0)}
LAST_DAY = {"runs": DAY}
LAST_WEEK = {"runs": WEEK}


@FAMILY.metric("wandb.runs.active", unit="run", needs=TODAY)
def active_count(view: View) -> Measurement:
    """Runs created at or before T that had not ended at T. A run ends with its last heartbeat."""
    runs = view.once(runs_at)
    active = runs[runs["active"]]
    return counted(active, of=active)


@FAMILY.metric("wandb.runs.completed_24h", unit="run", needs=LAST_DAY)
def completed_today(view: View) -> Measurement:
    """Runs that ended finished in (T-24h, T]."""
    ended = ended_within(view, view.once(runs_at), DAY)
    return counted(finished(ended), of=ended)


@FAMILY.metric("wandb.runs.failed_24h", unit="run", needs=LAST_DAY)
def failed_today(view: View) -> Measurement:
    """Runs that ended failed, crashed or killed in (T-24h, T]."""
    ended = ended_within(view, view.once(runs_at), DAY)
    return counted(failed(ended), of=ended)


@FAMILY.metric("wandb.runs.total_recent", unit="run", needs=LAST_DAY)
def recent_count(view: View) -> Measurement:
    """Runs created in (T-24h, T] plus older runs still active at T."""
    runs = view.once(runs_at)
    recent = runs[(runs["created_at"] > view.at - DAY) | runs["active"]]
    return counted(recent, of=recent)


@FAMILY.metric("wandb.runs.completed_7d", unit="run", needs=LAST_WEEK)
def completed_in_week(view: View) -> Measurement:
    """Runs that ended finished in (T-7d, T]."""
    ended = ended_within(view, view.once(runs_at), WEEK)
    return counted(finished(ended), of=ended)


@FAMILY.metric("wandb.runs.failed_7d", unit="run", needs=LAST_WEEK)
def failed_in_week(view: View) -> Measurement:
    """Runs that ended failed, crashed or killed in (T-7d, T]."""
    ended = ended_within(view, view.once(runs_at), WEEK)
    return counted(failed(ended), of=ended)

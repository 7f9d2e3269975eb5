"""Training: time, GPUs, and the arena and multi-node runs."""

from datetime import timedelta

import numpy as np

from health_assets.model.metric import Family, Measurement
from health_assets.sources.view import View
from health_assets.sources.wandb.metrics.evidence import counted, evidence, mean
from health_assets.sources.wandb.metrics.timeline import (
    SECONDS_A_HOUR,
    ended_within,
    finished,
    runs_at,
    selected,
    summary_value,
)
from health_assets.sources.wandb.records import DAY, WEEK

FAMILY = Family(source="wandb", name="training", title="Training")
LAST_DAY = {"runs": DAY}
LAST_WEEK = {"runs": WEEK}


@FAMILY.metric("wandb.training.avg_duration_hours", unit="hour", needs=LAST_WEEK)
def mean_duration(view: View) -> Measurement:
    """Mean duration of the runs that ended in (T-7d, T]: the runtime in the summary, else from creation to end."""
    ended = ended_within(view, view.once(runs_at), WEEK)
    return mean(ended, ended["hours"].tolist(), what="duration")


@FAMILY.metric("wandb.training.total_gpu_hours_24h", unit="hour", needs=LAST_DAY)
def gpu_hours_of_day(view: View) -> Measurement:
    """GPU-hours used in (T-24h, T]: for every run, the part of its life (creation to end, or T) inside the window
    times its GPU count from the run's metadata; 1 when unknown."""
    return _gpu_hours(view, DAY)


@FAMILY.metric("wandb.training.total_gpu_hours_7d", unit="hour", needs=LAST_WEEK)
def gpu_hours_of_week(view: View) -> Measurement:
    """GPU-hours used in (T-7d, T]: for every run, the part of its life (creation to end, or T) inside the window
    times its GPU count from the run's metadata; 1 when unknown."""
    return _gpu_hours(view, WEEK)


@FAMILY.metric("wandb.training.gpu_utilization_avg", unit="percent", needs=LAST_DAY)
def mean_gpu_utilization(view: View) -> Measurement:
    """Mean GPU utilisation of the runs that ended in (T-24h, T] or were active at T: of each run the mean of its GPUs
    in the newest sample of its system metrics. Missing when no run has one."""
    runs = view.once(runs_at)
    chosen = runs[runs["active"] | (runs["ended_at"] > view.at - DAY)]
    return mean(chosen, chosen["gpu_utilization"].tolist(), what="GPU utilisation")


@FAMILY.metric("wandb.training.arena.runs_completed_24h", unit="run", needs=LAST_DAY)
def arena_completed(view: View) -> Measurement:
    """Runs of the configured multi-GPU arena selector that ended finished in (T-24h, T]."""
    ended = ended_within(view, view.once(selected, "arena"), DAY)
    return counted(finished(ended), of=ended)


@FAMILY.metric("wandb.training.arena.avg_hearts", unit="heart", needs=LAST_DAY)
def arena_hearts(view: View) -> Measurement:
    """Mean hearts summary value of the arena runs that ended in (T-24h, T]."""
    return _mean_summary(view, "arena", view.settings.hearts_keys, what="hearts of arena runs")


@FAMILY.metric("wandb.training.multinode.runs_completed_24h", unit="run", needs=LAST_DAY)
def multinode_completed(view: View) -> Measurement:
    """Runs of the configured multi-node selector that ended finished in (T-24h, T]."""
    ended = ended_within(view, view.once(selected, "multinode"), DAY)
    return counted(finished(ended), of=ended)


@FAMILY.metric("wandb.training.multinode.avg_hearts", unit="heart", needs=LAST_DAY)
def multinode_hearts(view: View) -> Measurement:
    """Mean hearts summary value of the multi-node runs that ended in (T-24h, T]."""
    return _mean_summary(view, "multinode", view.settings.hearts_keys, what="hearts of multi-node runs")


@FAMILY.metric("wandb.training.arena.avg_sps", unit="step_per_second", needs=LAST_DAY)
def arena_sps(view: View) -> Measurement:
    """Mean steps per second of the arena runs that ended in (T-24h, T]."""
    return _mean_summary(view, "arena", view.settings.sps_keys, what="steps per second of arena runs")


@FAMILY.metric("wandb.training.multinode.shaped_reward_sps", unit="step_per_second", needs=LAST_DAY)
def multinode_shaped_sps(view: View) -> Measurement:
    """Mean shaped steps-per-second summary value of the multi-node runs that ended in (T-24h, T]."""
    return _mean_summary(view, "multinode", view.settings.shaped_sps_keys, what="shaped SPS of multi-node runs")


def _mean_summary(view: View, selector: str, keys: tuple[str, ...], *, what: str) -> Measurement:
    ended = ended_within(view, view.once(selected, selector), DAY)
    return mean(ended, [summary_value(summary, keys) for summary in ended["summary"]], what=what)


def _gpu_hours(view: View, window: timedelta) -> Measurement:
    runs = view.once(runs_at)
    opening = view.at - window
    begin = runs["created_at"].where(runs["created_at"] > opening, opening)
    end = runs["ended_at"].where(~runs["active"], view.at)
    hours = ((end - begin).dt.total_seconds() / SECONDS_A_HOUR).clip(lower=0)
    gpus = runs["gpu_count"].astype("float64")
    used = runs.assign(gpu_hours=hours * gpus.where(gpus.notna(), 1.0))
    used = used[used["gpu_hours"] > 0].sort_values("gpu_hours", ascending=False, kind="stable")
    shown = evidence(used, note=lambda row: f"{row.gpu_hours:.1f} GPU-hours")
    return Measurement.of(float(np.sum(used["gpu_hours"])), samples=len(used), evidence=shown, total=len(used))

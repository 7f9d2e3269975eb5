"""Outcomes: what the runs reached."""

from collections.abc import Iterable

import numpy as np

from health_assets.model.metric import Family, Measurement
from health_assets.model.reason import Reason
from health_assets.sources.view import View
from health_assets.sources.wandb.metrics.evidence import evidence, mean
from health_assets.sources.wandb.metrics.timeline import ended_within, runs_at, summary_value
from health_assets.sources.wandb.records import WEEK
from health_assets.sources.wandb.settings import AccuracyKey

FAMILY = Family(source="wandb", name="metrics", title="Outcomes")
LAST_WEEK = {"runs": WEEK}
PERCENT = 100.0


@FAMILY.metric("wandb.metrics.best_accuracy", unit="ratio", needs=LAST_WEEK)
def best_accuracy(view: View) -> Measurement:
    """Highest accuracy over the runs that ended in (T-7d, T]: of each run the first configured summary key present;
    one declared as percent is divided by 100, nothing is guessed from the value."""
    ended = ended_within(view, view.once(runs_at), WEEK)
    values = np.array(_accuracies(view, ended["summary"]), dtype="float64")
    known = ended.assign(value=values).dropna(subset="value")
    if known.empty:
        return Measurement.missing(Reason.NO_DATA, f"accuracy: none of {len(ended)} runs has a value")
    best = known.sort_values("value", ascending=False, kind="stable")
    shown = evidence(best, note=lambda row: f"{row.value:g}")
    return Measurement.of(float(best["value"].iloc[0]), samples=len(best), evidence=shown, total=len(best))


@FAMILY.metric("wandb.metrics.avg_accuracy_7d", unit="ratio", needs=LAST_WEEK)
def mean_accuracy(view: View) -> Measurement:
    """Mean of the accuracies that wandb.metrics.best_accuracy looks at."""
    ended = ended_within(view, view.once(runs_at), WEEK)
    return mean(ended, _accuracies(view, ended["summary"]), what="accuracy")


@FAMILY.metric("wandb.metrics.latest_loss", unit="loss", needs=LAST_WEEK)
def latest_loss(view: View) -> Measurement:
    """Loss of the run that ended last at or before T, 7 days back at most: its first configured summary key present."""
    last = ended_within(view, view.once(runs_at), WEEK).head(1)
    return mean(last, [summary_value(summary, view.settings.loss_keys) for summary in last["summary"]], what="loss")


def _accuracies(view: View, summaries: Iterable[object]) -> list[float | None]:
    return [_accuracy(summary, view.settings.accuracy_keys) for summary in summaries]


def _accuracy(summary: object, keys: tuple[AccuracyKey, ...]) -> float | None:
    for accuracy in keys:
        value = summary_value(summary, (accuracy.key,))
        if value is not None:
            return value / PERCENT if accuracy.percent else value
    return None

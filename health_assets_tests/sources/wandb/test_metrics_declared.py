"""What the measures declare: exactly the metrics of the specification, each with unit, history and definition."""

from datetime import timedelta

import pytest

from health_assets.model.metric import History
from health_assets.model.reason import Reason
from health_assets_tests.sources.wandb.frames import METRICS, measured, view

SPECIFIED = {
    "wandb.runs.active": "run",
    "wandb.runs.completed_24h": "run",
    "wandb.runs.failed_24h": "run",
    "wandb.runs.total_recent": "run",
    "wandb.runs.completed_7d": "run",
    "wandb.runs.failed_7d": "run",
    "wandb.metrics.best_accuracy": "ratio",
    "wandb.metrics.avg_accuracy_7d": "ratio",
    "wandb.metrics.latest_loss": "loss",
    "wandb.training.avg_duration_hours": "hour",
    "wandb.training.total_gpu_hours_24h": "hour",
    "wandb.training.total_gpu_hours_7d": "hour",
    "wandb.training.gpu_utilization_avg": "percent",
    "wandb.training.arena.runs_completed_24h": "run",
    "wandb.training.arena.avg_hearts": "heart",
    "wandb.training.multinode.runs_completed_24h": "run",
    "wandb.training.multinode.avg_hearts": "heart",
    "wandb.training.arena.avg_sps": "step_per_second",
    "wandb.training.multinode.shaped_reward_sps": "step_per_second",
    "wandb.push_to_main.runs_completed_24h": "run",
    "wandb.push_to_main.runs_failed_24h": "run",
    "wandb.push_to_main.success_rate_pct": "percent",
    "wandb.push_to_main.avg_duration_hours": "hour",
    "wandb.push_to_main.overview.steps_per_second": "step_per_second",
    "wandb.push_to_main.overview.epoch_steps_per_second": "step_per_second",
    "wandb.push_to_main.overview.sps": "step_per_second",
    "wandb.push_to_main.timing_cumulative.sps": "step_per_second",
    "wandb.push_to_main.timing_per_epoch.sps": "step_per_second",
    "wandb.push_to_main.heart.gained": "heart",
    "wandb.push_to_main.skypilot.queue_latency_s": "second",
    "wandb.sweep.runs_total_24h": "run",
    "wandb.sweep.runs_completed_24h": "run",
    "wandb.sweep.runs_failed_24h": "run",
    "wandb.sweep.runs_active": "run",
    "wandb.sweep.success_rate_pct": "percent",
}
COUNTS = sorted(name for name, unit in SPECIFIED.items() if unit == "run")
SUMS = ["wandb.training.total_gpu_hours_24h", "wandb.training.total_gpu_hours_7d"]


def test_the_families_hold_exactly_the_specified_metrics_and_units() -> None:
    assert {name: metric.unit for name, metric in METRICS.items()} == SPECIFIED


def test_every_metric_can_be_reconstructed() -> None:
    assert {History.RECONSTRUCTED} == {metric.history for metric in METRICS.values()}


def test_every_metric_has_a_definition_that_ends_as_a_sentence() -> None:
    assert [] == [name for name, metric in METRICS.items() if not metric.definition.endswith(".")]


@pytest.mark.parametrize(("ending", "days"), [("_7d", 7), ("_24h", 1), ("active", 0)])
def test_a_metric_needs_the_window_in_its_name(ending: str, days: int) -> None:
    windows = {metric.needs["runs"] for name, metric in METRICS.items() if name.endswith(ending)}
    assert {timedelta(days=days)} == windows


@pytest.mark.parametrize("name", [*COUNTS, *SUMS])
def test_over_nothing_a_number_of_things_is_zero(name: str) -> None:
    assert 0.0 == measured(name, view()).value


@pytest.mark.parametrize("name", sorted(SPECIFIED.keys() - {*COUNTS, *SUMS}))
def test_over_nothing_a_mean_a_share_and_a_last_value_are_missing(name: str) -> None:
    assert (None, Reason.NO_DATA) == ((found := measured(name, view())).value, found.reason)

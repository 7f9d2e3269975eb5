"""What runs reached, how long they took, and the GPUs they used."""

import pytest

from health_assets_tests.sources.wandb.frames import measured, row, value, view

DAY = 24.0
WEEK = 7 * DAY


def test_the_first_accuracy_key_present_counts() -> None:
    seen = view(
        row("a", begin=2, end=1, summary={"accuracy": 0.5, "val_accuracy": 0.9}),
        row("b", begin=2, end=1, summary={"val_accuracy": 0.7}),
        row("none", begin=2, end=1),
        row("unreadable", begin=2, end=1, summary=None),
        row("active", begin=2, summary={"accuracy": 0.99}),
    )
    assert (0.7, pytest.approx(0.6)) == (
        value("wandb.metrics.best_accuracy", seen),
        value("wandb.metrics.avg_accuracy_7d", seen),
    )
    assert ["b", "a"] == [piece.label for piece in measured("wandb.metrics.best_accuracy", seen).evidence]


def test_a_percentage_is_declared_and_never_guessed() -> None:
    keys = [{"key": "top1", "percent": True}, {"key": "accuracy"}]
    percent = row("a", begin=2, end=1, summary={"top1": 0.9})
    ratio = row("b", begin=2, end=1, summary={"accuracy": 0.8})
    assert 0.8 == value("wandb.metrics.best_accuracy", view(percent, ratio, accuracy_keys=keys))
    assert pytest.approx(0.009) == value("wandb.metrics.best_accuracy", view(percent, accuracy_keys=keys))


def test_the_loss_is_that_of_the_run_that_ended_last() -> None:
    earlier, last = (row(name, begin=9, end=end, summary={"loss": end}) for name, end in (("a", 3.0), ("b", 1.0)))
    future = row("c", begin=9, end=-1, summary={"loss": 0.0})
    assert 1.0 == value("wandb.metrics.latest_loss", view(earlier, last, future))
    old = row("old", begin=300, end=WEEK, summary={"loss": 1.0})
    assert measured("wandb.metrics.latest_loss", view(old)).value is None


def test_the_duration_is_the_run_s_own_and_else_from_creation_to_end() -> None:
    own = row("own", begin=10, end=1, runtime_seconds=3600.0)
    assert (1.0, 9.0) == (
        value("wandb.training.avg_duration_hours", view(own)),
        value("wandb.training.avg_duration_hours", view(row("silent", begin=10, end=1))),
    )


def test_a_run_with_a_runtime_of_zero_took_no_time() -> None:
    assert 0.0 == value("wandb.training.avg_duration_hours", view(row("dead", begin=1, end=1, runtime_seconds=0.0)))


@pytest.mark.parametrize(
    ("one", "hours"),
    [
        (row("inside", begin=5, end=2, gpu_count=4), 12.0),
        (row("began before", begin=30, end=20, gpu_count=2), 8.0),
        (row("still active", begin=3, gpu_count=8), 24.0),
        (row("ended after", begin=3, end=-5, gpu_count=1), 3.0),
        (row("whole window", begin=100, end=-5, gpu_count=1), 24.0),
        (row("unknown count", begin=3, end=1), 2.0),
        (row("no gpu", begin=3, end=1, gpu_count=0), 0.0),
        (row("over before", begin=60, end=DAY, gpu_count=8), 0.0),
    ],
)
def test_gpu_hours_are_the_part_of_a_life_inside_the_window(one: dict, hours: float) -> None:
    assert hours == pytest.approx(value("wandb.training.total_gpu_hours_24h", view(one)))


def test_gpu_hours_of_a_week_are_those_of_its_seven_days() -> None:
    seen = view(row("long", begin=200, end=10, gpu_count=2), row("short", begin=30, end=20))
    assert (WEEK - 10) * 2 + 10 == pytest.approx(value("wandb.training.total_gpu_hours_7d", seen))


def test_gpu_utilization_is_of_runs_active_or_ended_in_the_day() -> None:
    seen = view(
        row("active", begin=90, gpu_utilization=90.0),
        row("ended", begin=90, end=5, gpu_utilization=60.0),
        row("old", begin=90, end=30, gpu_utilization=1.0),
        row("unknown", begin=90, end=5),
    )
    assert 75.0 == value("wandb.training.gpu_utilization_avg", seen)


def arena(run_id: str, **summary: float) -> dict:
    return row(run_id, begin=5, end=1, name=f"nightly.arena.{run_id}", summary=summary)


def test_arena_values_are_means_over_the_arena_runs_of_the_day() -> None:
    seen = view(
        arena("a", **{"env_agent/heart.gained": 0.2, "overview/sps": 10.0}),
        arena("b", **{"env_agent/heart.gained": 0.4}),
        row("other", begin=5, end=1, summary={"env_agent/heart.gained": 9.0}),
        row("older", begin=99, end=30, name="arena", summary={"env_agent/heart.gained": 9.0}),
    )
    names = ("runs_completed_24h", "avg_hearts", "avg_sps")
    assert [2.0, pytest.approx(0.3), 10.0] == [value(f"wandb.training.arena.{name}", seen) for name in names]


def test_multi_node_values_are_those_of_runs_with_the_tag() -> None:
    summary = {"env_agent/heart.gained": 0.5, "overview/shaped_sps": 41_000.0, "overview/sps": 1.0}
    seen = view(row("a", begin=5, end=1, tags=["multinode"], summary=summary))
    names = ("runs_completed_24h", "avg_hearts", "shaped_reward_sps")
    assert [1.0, 0.5, 41_000.0] == [value(f"wandb.training.multinode.{name}", seen) for name in names]

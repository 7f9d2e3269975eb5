"""Runs as of T: what had ended, and how; sweeps and pushes to main are runs that a selector picks."""

import pytest

from health_assets_tests.sources.wandb.frames import measured, row, value, view

DAY = 24.0
WEEK = 7 * DAY


def test_a_run_that_ended_after_t_was_active_at_t() -> None:
    seen = view(row("over", begin=5, end=1), row("later", begin=5, end=-1), row("goes on", begin=5))
    assert 2.0 == value("wandb.runs.active", seen)


def test_a_run_created_after_t_does_not_exist_yet() -> None:
    assert 0.0 == value("wandb.runs.active", view(row("future", begin=-1)))


def test_a_run_that_ends_exactly_at_t_has_ended() -> None:
    seen = view(row("just over", begin=1, end=0))
    assert (0.0, 1.0) == (value("wandb.runs.active", seen), value("wandb.runs.completed_24h", seen))


@pytest.mark.parametrize(("name", "window"), [("wandb.runs.completed_24h", DAY), ("wandb.runs.completed_7d", WEEK)])
def test_a_window_is_open_at_its_beginning(name: str, window: float) -> None:
    outside, inside = row("outside", begin=300, end=window), row("inside", begin=300, end=window - 0.01)
    assert 1.0 == value(name, view(outside, inside))


@pytest.mark.parametrize("state", ["failed", "crashed", "killed"])
@pytest.mark.parametrize("name", ["wandb.runs.failed_24h", "wandb.runs.failed_7d"])
def test_failed_crashed_and_killed_are_failures(name: str, state: str) -> None:
    assert 1.0 == value(name, view(row("bad", begin=3, end=1, state=state), row("good", begin=3, end=1)))


@pytest.mark.parametrize("state", ["preempted", "exploded", "deleted"])
def test_another_end_is_neither_success_nor_failure(state: str) -> None:
    seen = view(row("odd", begin=3, end=1, state=state))
    assert (0.0, 0.0) == (value("wandb.runs.completed_24h", seen), value("wandb.runs.failed_24h", seen))


def test_recent_runs_are_those_of_the_day_and_older_ones_still_active() -> None:
    seen = view(row("new", begin=2, end=1), row("old", begin=50, end=2), row("old and active", begin=50, end=-3))
    assert 2.0 == value("wandb.runs.total_recent", seen)


def test_the_failed_runs_are_the_evidence_newest_first() -> None:
    bad = [row(f"bad{number}", begin=30, end=number, state="failed") for number in (3, 1, 2)]
    found = measured("wandb.runs.failed_24h", view(*bad, row("good", begin=30, end=0.5)))
    assert ["bad1", "bad2", "bad3"] == [piece.label for piece in found.evidence]
    assert (4, "failed", "https://example.invalid/bad1") == (
        found.samples,
        found.evidence[0].note,
        found.evidence[0].url,
    )


def test_sweep_runs_are_those_that_w_and_b_says_are_in_a_sweep() -> None:
    inside = [row("a", begin=2, end=1, sweep="s1"), row("b", begin=2, sweep="s1")]
    seen = view(*inside, row("c", begin=2, end=1), row("d", begin=2, end=1, sweep="s1", state="crashed"))
    names = ("runs_total_24h", "runs_completed_24h", "runs_failed_24h", "runs_active", "success_rate_pct")
    assert [3.0, 1.0, 1.0, 1.0, 50.0] == [value(f"wandb.sweep.{name}", seen) for name in names]


@pytest.mark.parametrize(
    ("selector", "facts"),
    [
        ({"names": ["nightly.*"]}, {"name": "nightly.7"}),
        ({"tags": ["night"]}, {"tags": ["x", "night"]}),
        ({"groups": ["night*"]}, {"group": "nightly"}),
        ({"job_types": ["sweep"]}, {"job_type": "sweep"}),
        ({"in_sweep": True}, {"sweep": "s1"}),
    ],
)
def test_a_selector_picks_by_any_of_its_criteria(selector: dict, facts: dict) -> None:
    seen = view(row("picked", begin=2, **facts), row("other", begin=2), sweep=selector)
    assert 1.0 == value("wandb.sweep.runs_active", seen)


def push(run_id: str, *, end: float, **more: object) -> dict:
    return row(run_id, begin=end + 2, end=end, name=f"github.sky.main.{run_id}", **more)


def test_pushes_to_main_are_counted_by_their_end() -> None:
    seen = view(push("a", end=1), push("b", end=2), push("c", end=3, state="failed"), row("d", begin=2, end=1))
    names = ("runs_completed_24h", "runs_failed_24h", "success_rate_pct", "avg_duration_hours")
    assert [2.0, 1.0, pytest.approx(200 / 3), 2.0] == [value(f"wandb.push_to_main.{name}", seen) for name in names]


@pytest.mark.parametrize(
    ("metric", "key"),
    [
        ("overview.steps_per_second", "overview/steps_per_second"),
        ("overview.epoch_steps_per_second", "overview/epoch_steps_per_second"),
        ("overview.sps", "overview/sps"),
        ("timing_cumulative.sps", "timing_cumulative/sps"),
        ("timing_per_epoch.sps", "timing_per_epoch/sps"),
        ("heart.gained", "env_agent/heart.gained"),
        ("skypilot.queue_latency_s", "skypilot/queue_latency_s"),
    ],
)
def test_values_of_a_push_are_those_of_the_run_that_ended_last(metric: str, key: str) -> None:
    seen = view(push("earlier", end=5, summary={key: 1.0}), push("last", end=1, summary={key: 7.0}))
    assert 7.0 == value(f"wandb.push_to_main.{metric}", seen)
    silent = view(push("earlier", end=5, summary={key: 1.0}), push("last", end=1))
    assert measured(f"wandb.push_to_main.{metric}", silent).value is None


def test_the_keys_of_a_push_may_be_called_otherwise() -> None:
    seen = view(push("a", end=1, summary={"speed": 3.0}), push_to_main_keys={"sps": "speed"})
    assert 3.0 == value("wandb.push_to_main.overview.sps", seen)

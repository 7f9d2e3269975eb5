"""The largest of the per-job values, and every job's own with its tags."""

import pytest

from health_assets.model.reason import Reason
from health_assets.sources.skypilot.metrics.per_job import job_series
from health_assets_tests.sources.skypilot.frames import DAY, HOUR, T, ended, job, measured, queued, value, view

PRICES = {"gpu_prices": {"L4": {"on_demand": 2.0, "spot": 0.5}, "H100": {"on_demand": 10.0}}}


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("runtime_hours", 9.0),
        ("estimated_cost_hourly", 8.0),
        ("gpu_count", 4.0),
        ("queue_wait_seconds", 7200.0),
        ("setup_seconds", 3600.0),
        ("total_duration_hours", 2.0),
        ("total_cost_usd", 2.0),
        ("time_to_failure_hours", 1.0),
    ],
)
def test_the_value_is_the_largest_over_the_jobs_it_applies_to(name: str, expected: float) -> None:
    jobs = [job(1), job(2, accelerators={"L4": 4.0}), ended(3, T, "failed"), queued(4, T - 2 * HOUR)]
    assert expected == value(f"job.{name}", *jobs, **PRICES)


def test_jobs_that_ended_a_day_ago_are_left_out() -> None:
    assert Reason.NO_DATA is measured("job.total_duration_hours", view(ended(1, T - DAY))).reason


def test_a_job_that_ends_later_has_its_runtime_so_far() -> None:
    assert 1.0 == value("job.runtime_hours", ended(1, T + HOUR, started_at=T - HOUR))


def test_a_job_without_a_price_makes_the_cost_missing() -> None:
    found = measured("job.estimated_cost_hourly", view(job(1), job(2, accelerators={"A100": 1.0}), **PRICES))
    assert (Reason.NO_DATA, "the GPUs of 1 of 2 jobs have no price in sources.skypilot.gpu_prices") == (
        found.reason,
        found.detail,
    )


def test_a_missing_spot_price_is_not_the_price_on_demand() -> None:
    spot = job(1, accelerators={"H100": 1.0}, spot=True)
    assert Reason.NO_DATA is measured("job.estimated_cost_hourly", view(spot, **PRICES)).reason
    assert 0.5 == value("job.estimated_cost_hourly", job(1, spot=True), **PRICES)


def test_a_job_on_cpus_has_no_cost_rather_than_none_at_all() -> None:
    found = measured("job.estimated_cost_hourly", view(job(1, accelerators={}), job(2), **PRICES))
    assert (2.0, 1) == (found.value, found.samples)


def test_unknown_accelerators_are_told_and_not_priced() -> None:
    seen = view(job(1, accelerators=None), **PRICES)
    assert [Reason.NOT_RECONSTRUCTIBLE] * 2 == [
        measured(f"job.{name}", seen).reason for name in ("gpu_count", "estimated_cost_hourly")
    ]


def test_each_job_is_a_piece_of_evidence_with_its_own_value_and_tags() -> None:
    found = measured("job.runtime_hours", view(job(1), job(2, started_at=T - HOUR, spot=True)))
    assert [
        "9; job_id:1 user:ann region:us-east-1 gpu_type:L4 instance_type:on_demand status:running",
        "1; job_id:2 user:ann region:us-east-1 gpu_type:L4 instance_type:spot status:running",
    ] == [piece.note for piece in found.evidence]


def test_the_series_hold_every_job_and_metric_with_a_known_value() -> None:
    seen = view(job(1), ended(2, T, "failed_setup", accelerators={}), queued(3, T - HOUR, region=None, spot=None))
    series = {(name.removeprefix("skypilot.job."), tags["job_id"]): number for name, tags, number in job_series(seen)}
    assert {
        ("runtime_hours", "1"): 9.0,
        ("runtime_hours", "2"): 1.0,
        ("gpu_count", "1"): 1.0,
        ("gpu_count", "2"): 0.0,
        ("queue_wait_seconds", "3"): 3600.0,
        ("setup_seconds", "1"): 3600.0,
        ("setup_seconds", "2"): 3600.0,
        ("total_duration_hours", "2"): 2.0,
        ("time_to_failure_hours", "2"): 1.0,
    } == series


def test_tags_say_what_is_not_known() -> None:
    seen = view(queued(3, T - HOUR, region=None, spot=None, accelerators=None, user=None))
    assert {
        "job_id": "3",
        "user": "unknown",
        "region": "unknown",
        "gpu_type": "unknown",
        "instance_type": "unknown",
        "status": "queued",
    } == job_series(seen)[0][1]

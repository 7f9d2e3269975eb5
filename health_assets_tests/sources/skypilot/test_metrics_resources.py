"""GPUs, capacity and regions of the jobs running at T."""

from health_assets.model.reason import Reason
from health_assets_tests.sources.skypilot.frames import T, ended, job, measured, value, view

HELD = [
    job(1, accelerators={"L4": 4.0}),
    job(2, accelerators={"L40S": 2.0}, spot=True, region="us-west-2"),
    job(3, accelerators={"H100": 16.0}, region="eu-central-1"),
    job(4, accelerators={"tpu-v5e-8": 1.0}),
    job(5, accelerators={}),
    ended(6, T, accelerators={"L4": 8.0}),
]


def test_an_accelerator_is_matched_by_its_exact_name() -> None:
    assert [4, 0, 16] == [value(f"resources.gpus.{name}_count", *HELD) for name in ("l4", "a10g", "h100")]


def test_all_gpus_are_added_up_and_tpus_are_none() -> None:
    assert 22 == value("resources.gpus.total_count", *HELD)


def test_a_fraction_of_a_gpu_counts_as_one() -> None:
    assert 0.5 == value("resources.gpus.l4_count", job(1, accelerators={"L4": 0.5}))


def test_spot_and_on_demand_make_up_the_running_jobs() -> None:
    assert (1, 4) == (value("resources.spot_jobs", *HELD), value("resources.ondemand_jobs", *HELD))


def test_regions_make_up_the_running_jobs() -> None:
    assert [3, 1, 1] == [value(f"regions.{name}", *HELD) for name in ("us_east_1", "us_west_2", "other")]


def test_what_a_finished_job_held_may_be_unknown_and_is_not_zero() -> None:
    seen = view(job(1), job(2, accelerators=None, spot=None, region=None))
    names = ("resources.gpus.l4_count", "resources.spot_jobs", "regions.other")
    found = [measured(name, seen) for name in names]
    assert [(Reason.NOT_RECONSTRUCTIBLE, True)] * 3 == [(one.reason, "1 of 2" in one.detail) for one in found]

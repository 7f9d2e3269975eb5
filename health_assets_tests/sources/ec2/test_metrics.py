"""The measures over recorded days."""

from dataclasses import replace
from datetime import timedelta

import pytest

from health_assets.model.metric import History
from health_assets.model.reason import Reason
from health_assets.sources import ec2
from health_assets.sources.ec2.records import INSTANCES, SNAPSHOTS, VOLUMES, instance, snapshot, volume
from health_assets.sources.ec2.settings import Settings
from health_assets_tests.sources.ec2.conftest import DAY, HOUR, NOW
from health_assets_tests.sources.results.views import frame_of, measured, view_over

TODAY = "2026-03-18"
COUNTS = ["total", "running", "stopped", "spot", "ondemand", "gpu_instances", "idle"]
SPECIFIED = {f"ec2.instances.{name}": "instance" for name in COUNTS} | {
    "ec2.instances.gpu_count": "gpu",
    "ec2.instances.cpu_count": "core",
    "ec2.instances.avg_age_days": "day",
    "ec2.instances.oldest_age_days": "day",
    "ec2.ebs.volumes.total": "volume",
    "ec2.ebs.volumes.attached": "volume",
    "ec2.ebs.volumes.unattached": "volume",
    "ec2.ebs.volumes.size_gb": "gibibyte",
    "ec2.ebs.snapshots.total": "snapshot",
    "ec2.ebs.snapshots.size_gb": "gibibyte",
    "ec2.cost.running_hourly_estimate": "dollar",
    "ec2.cost.monthly_estimate": "dollar",
    "ec2.cost.spot_savings_pct": "percent",
}


def one(name, *, state="running", age=timedelta(days=2), spot=False, day=TODAY, **known):
    payload = {
        "InstanceId": name,
        "State": {"Name": state},
        "InstanceType": known.pop("type", "m6i.xlarge"),
        "LaunchTime": NOW - known.pop("started", age),
        "InstanceLifecycle": "spot" if spot else None,
        "NetworkInterfaces": [{"Attachment": {"DeviceIndex": 0, "AttachTime": NOW - age}}],
    }
    record = instance(payload, day=day, now=NOW)
    own = {"vcpus": 4, "gpus": 0, "cpu_percent": 50.0, "list_price": 0.2, "spot_price": 0.05 if spot else None}
    return replace(record, data={**record.data, **(own if state == "running" else {}), **known})


def disk(name, *, size=10, attached=True):
    attachments = [{"State": "attached"}] if attached else []
    payload = {"VolumeId": name, "State": "x", "Size": size, "CreateTime": NOW - DAY, "Attachments": attachments}
    return volume(payload, day=TODAY, now=NOW)


def saved(name, at, *, size=8, missed_at=None):
    record = snapshot({"SnapshotId": name, "State": "completed", "VolumeSize": size, "StartTime": at}, now=NOW)
    return replace(record, data={**record.data, "missed_at": missed_at})


def found(name, *records, at=NOW, **settings):
    frames = {
        kind.name: frame_of(kind, [record for record in records if record.kind == kind.name])
        for kind in (INSTANCES, VOLUMES, SNAPSHOTS)
    }
    return measured(
        ec2.SOURCE, f"ec2.{name}", view_over(frames, settings=Settings(regions=("us-east-1",), **settings), at=at)
    )


def value(name, *records, **asked):
    return found(name, *records, **asked).value


def test_the_metrics_are_those_of_the_specification():
    declared = [metric for family in ec2.SOURCE.families for metric in family.metrics]
    assert SPECIFIED == {metric.name: metric.unit for metric in declared}
    reconstructed = {metric.name for metric in declared if metric.history is History.RECONSTRUCTED}
    assert {"ec2.ebs.snapshots.total", "ec2.ebs.snapshots.size_gb"} == reconstructed


FLEET = [
    one("a"),
    one("b", spot=True, gpus=2, vcpus=16),
    one("c", state="stopped"),
    one("d", state="terminated"),
    one("e", state="dreaming"),
    one("old", day="2026-03-17"),
]


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("total", 4),
        ("running", 2),
        ("stopped", 1),
        ("spot", 1),
        ("ondemand", 1),
        ("gpu_instances", 1),
        ("gpu_count", 2),
        ("cpu_count", 20),
        ("idle", 0),
    ],
)
def test_counts_are_of_the_day_and_without_the_terminated(name, expected):
    assert expected == value(f"instances.{name}", *FLEET)


@pytest.mark.parametrize("name", COUNTS)
def test_counts_over_nothing_are_nought(name):
    assert 0 == value(f"instances.{name}")


@pytest.mark.parametrize("name", ["gpu_instances", "gpu_count", "cpu_count"])
def test_a_size_that_is_unknown_makes_the_sum_missing(name):
    missing = found(f"instances.{name}", one("a"), one("b", vcpus=None, gpus=None, type="x9.secret"))
    assert (None, Reason.TRUNCATED) == (missing.value, missing.reason)
    assert "1 of 2 running instances is unknown: x9.secret" in missing.detail


def test_idle_is_below_the_configured_share():
    fleet = [one("a", cpu_percent=4.9), one("b", cpu_percent=5.0), one("c", cpu_percent=20.0)]
    assert [1, 2] == [value("instances.idle", *fleet), value("instances.idle", *fleet, idle_below_percent=10)]


def test_an_instance_of_the_last_hour_without_a_reading_is_not_idle():
    assert 0 == value("instances.idle", one("a", started=HOUR / 2, cpu_percent=None))


def test_a_missing_reading_of_an_older_instance_makes_idle_missing():
    assert Reason.TRUNCATED == found("instances.idle", one("a"), one("b", cpu_percent=None)).reason


def test_ages_count_from_the_first_launch_of_the_running():
    fleet = [one("a", age=2 * DAY, started=HOUR), one("b", age=4 * DAY), one("c", state="stopped", age=90 * DAY)]
    assert [3, 4] == [value(f"instances.{name}", *fleet) for name in ("avg_age_days", "oldest_age_days")]


@pytest.mark.parametrize("name", ["instances.avg_age_days", "instances.oldest_age_days", "cost.spot_savings_pct"])
def test_a_mean_over_nothing_is_no_data(name):
    assert Reason.NO_DATA == found(name, one("c", state="stopped")).reason


def test_an_unknown_first_launch_makes_ages_missing():
    assert Reason.TRUNCATED == found("instances.avg_age_days", one("a"), one("b", first_launch_at=None)).reason


def test_volumes_are_counted_and_sized():
    disks = [disk("a"), disk("b", size=30), disk("c", attached=False)]
    names = ("total", "attached", "unattached", "size_gb")
    assert [3, 2, 1, 50] == [value(f"ebs.volumes.{name}", *disks) for name in names]
    assert [0, 0, 0, 0] == [value(f"ebs.volumes.{name}") for name in names]


def test_snapshots_are_those_started_by_t():
    rows = [saved("a", NOW - DAY), saved("b", NOW), saved("c", NOW + HOUR)]
    assert [2, 16] == [value(f"ebs.snapshots.{name}", *rows) for name in ("total", "size_gb")]
    assert 1 == value("ebs.snapshots.total", *rows, at=NOW - HOUR)


def test_a_snapshot_counts_until_it_was_missed():
    row = saved("a", NOW - 3 * DAY, missed_at=NOW - DAY)
    assert [1, 0, 0] == [value("ebs.snapshots.total", row, at=NOW - back * DAY) for back in (2, 1, 0)]


def test_cost_takes_the_spot_price_of_spot_instances():
    fleet = [one("a"), one("b", spot=True), one("c", state="stopped")]
    assert pytest.approx(0.25) == value("cost.running_hourly_estimate", *fleet)
    assert pytest.approx(0.25 * 730) == value("cost.monthly_estimate", *fleet)


@pytest.mark.parametrize("name", ["cost.running_hourly_estimate", "cost.monthly_estimate"])
def test_a_price_that_is_unknown_makes_cost_missing_with_the_count(name):
    missing = found(name, one("a"), one("b", list_price=None, type="x9.secret"), one("c", spot=True, spot_price=None))
    assert (None, Reason.TRUNCATED) == (missing.value, missing.reason)
    assert "the price of 2 of 3 running instances is unknown" in missing.detail


def test_nothing_running_costs_nothing():
    assert 0 == value("cost.running_hourly_estimate", one("c", state="stopped"))


def test_the_saving_is_against_the_list_price_of_the_spot_instances():
    assert pytest.approx(75) == value("cost.spot_savings_pct", one("a"), one("b", spot=True))


@pytest.mark.parametrize("unknown", ["list_price", "spot_price"])
def test_a_price_that_is_unknown_makes_the_saving_missing(unknown):
    assert Reason.TRUNCATED == found("cost.spot_savings_pct", one("b", spot=True, **{unknown: None})).reason


def test_the_evidence_shows_the_longest_lived_first():
    fleet = [one("young", age=DAY, cpu_percent=1.0), one("old", age=9 * DAY, cpu_percent=1.0)]
    assert ["old", "young"] == [piece.label for piece in found("instances.idle", *fleet).evidence]

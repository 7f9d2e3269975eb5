"""Recorded descriptions of real instances, volumes and snapshots (times, states and numbers only) become records."""

import json
from collections import Counter
from datetime import datetime
from pathlib import Path

import pytest

from health_assets.model.errors import ContractError
from health_assets.model.time import parse_instant
from health_assets.sources.ec2.records import instance, size_of, snapshot, volume
from health_assets_tests.sources.ec2.conftest import NOW

TIMES = {"LaunchTime", "AttachTime", "CreateTime", "StartTime"}
DAY = "2026-03-18"


def with_instants(found):
    """boto3 gives instants where the recordings have text."""
    return {key: parse_instant(value) if key in TIMES else value for key, value in found.items()}


DESCRIBED = json.loads(
    (Path(__file__).parent / "fixtures" / "described.json").read_text(encoding="utf-8"), object_hook=with_instants
)


@pytest.fixture(scope="module")
def instances():
    return {one["InstanceId"]: instance(one, day=DAY, now=NOW).data for one in DESCRIBED["instances"]}


def test_every_recorded_instance_can_be_read(instances):
    states = Counter(one["state"] for one in instances.values())
    assert {"running": 66, "terminated": 20, "stopped": 16, "stopping": 1} == states


def test_a_restarted_instance_is_as_old_as_its_first_launch(instances):
    restarted = instances["i-00000000000000004"]
    assert parse_instant("2016-04-14T05:17:29Z") == restarted["first_launch_at"] < restarted["last_launch_at"]


def test_an_instance_without_an_interface_has_no_known_first_launch(instances):
    unknown = [one for one in instances.values() if one["first_launch_at"] is None]
    assert {True} == {isinstance(one["last_launch_at"], datetime) for one in unknown}
    assert 0 < len(unknown)


def test_the_recorded_spot_instance_is_told_apart(instances):
    assert 1 == sum(one["lifecycle"] == "spot" for one in instances.values())


def test_every_recorded_volume_can_be_read():
    volumes = [volume(one, day=DAY, now=NOW).data for one in DESCRIBED["volumes"]]
    assert (21, 12) == tuple(sum(one["attached"] is wanted for one in volumes) for wanted in (True, False))
    assert {"in-use"} == {one["state"] for one in volumes if one["attached"]}


def test_every_recorded_snapshot_can_be_read():
    assert 443 == sum(snapshot(one, now=NOW).data["size_gib"] for one in DESCRIBED["snapshots"])


def test_a_state_that_nobody_knows_is_kept():
    payload = {**DESCRIBED["instances"][0], "State": {"Name": "Dreaming"}}
    assert "dreaming" == instance(payload, day=DAY, now=NOW).data["state"]


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"State": None}, "State is missing"),
        ({"InstanceType": 5}, "InstanceType is int, expected str"),
        ({"LaunchTime": "yesterday"}, "LaunchTime is str, expected datetime"),
    ],
)
def test_a_wrong_instance_is_refused_with_the_key(change, problem):
    with pytest.raises(ContractError, match=problem):
        instance({**DESCRIBED["instances"][0], **change}, day=DAY, now=NOW)


def test_a_detached_attachment_is_none():
    payload = {**DESCRIBED["volumes"][0], "Attachments": [{"State": "detached"}]}
    assert volume(payload, day=DAY, now=NOW).data["attached"] is False


def test_gpus_of_all_kinds_add_up():
    payload = {"VCpuInfo": {"DefaultVCpus": 96}, "GpuInfo": {"Gpus": [{"Count": 4}, {"Count": 4}]}}
    assert (96, 8) == size_of(payload)


def test_a_type_without_its_size_is_refused():
    with pytest.raises(ContractError, match="VCpuInfo is missing"):
        size_of({"InstanceType": "m6i.xlarge"})

"""The same client against moto's server, an EC2 and a CloudWatch that nobody here wrote.

It tells services apart by the signature, so that requests are signed with keys that mean nothing.
"""

import logging
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import boto3
import pytest

from health_assets.model.source import Meter
from health_assets.sources.ec2.client import Client
from health_assets.sources.ec2.records import instance, size_of, snapshot, volume
from health_assets.sources.ec2.settings import Settings
from health_assets_tests.sources.ec2.conftest import REGION


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    """A server with three machines, one of them spot and one stopped, a loose volume and a snapshot."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MOTO_EC2_LOAD_DEFAULT_AMIS", "false")
        from moto.server import ThreadedMotoServer

        logging.getLogger("werkzeug").setLevel(logging.ERROR)
        server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
        server.start()
        host, port = server.get_host_and_port()
        address = f"http://{host}:{port}"
        fill(address)
        yield address
        server.stop()


def connected(service, url):
    keys = {"aws_access_key_id": "test", "aws_secret_access_key": "test"}
    return boto3.client(service, region_name=REGION, endpoint_url=url, **keys)


def fill(url):
    ec2 = connected("ec2", url)
    image = ec2.register_image(Name="test", RootDeviceName="/dev/sda1")["ImageId"]
    common = {"ImageId": image, "MinCount": 1, "MaxCount": 1}
    (running,) = ec2.run_instances(**common, InstanceType="m5.large")["Instances"]
    (stopped,) = ec2.run_instances(**common, InstanceType="m5.large")["Instances"]
    ec2.run_instances(**common, InstanceType="g4dn.xlarge", InstanceMarketOptions={"MarketType": "spot"})
    ec2.stop_instances(InstanceIds=[stopped["InstanceId"]])
    loose = ec2.create_volume(AvailabilityZone=f"{REGION}a", Size=30)
    ec2.create_snapshot(VolumeId=loose["VolumeId"])
    now = datetime.now(UTC)
    dimensions = [{"Name": "InstanceId", "Value": running["InstanceId"]}]
    points = [
        {
            "MetricName": "CPUUtilization",
            "Dimensions": dimensions,
            "Timestamp": now - timedelta(hours=hours),
            "Value": value,
        }
        for hours, value in ((2.5, 10.0), (5.5, 30.0))
    ]
    connected("cloudwatch", url).put_metric_data(Namespace="AWS/EC2", MetricData=points)


@pytest.fixture
def client(url, monkeypatch):
    monkeypatch.setenv("TEST_KEY", "test")
    keys = {"access_key_id": {"env": "TEST_KEY"}, "secret_access_key": {"env": "TEST_KEY"}}
    settings = Settings(regions=(REGION,), endpoints={"ec2": url, "cloudwatch": url}, **keys)
    return Client(settings, region=REGION, deadline=time.monotonic() + 60, meter=Meter())


@pytest.fixture
def machines(client):
    now = datetime.now(UTC)
    return [instance(one, day=f"{now:%Y-%m-%d}", now=now).data for one in client.instances()]


def test_states_types_and_lifecycles_are_read(machines):
    assert {
        ("running", "m5.large", "on-demand"),
        ("stopped", "m5.large", "on-demand"),
        ("running", "g4dn.xlarge", "spot"),
    } == {(one["state"], one["instance_type"], one["lifecycle"]) for one in machines}


def test_the_first_launch_is_known(machines):
    assert all(one["first_launch_at"] is not None for one in machines)


def test_sizes_come_from_the_type_description(client):
    described = {one["InstanceType"]: size_of(one) for one in client.instance_types(["m5.large", "g4dn.xlarge"])}
    assert {"m5.large": (2, 0), "g4dn.xlarge": (4, 1)} == described


def test_volumes_are_read_with_their_attachment(client):
    now = datetime.now(UTC)
    volumes = [volume(one, day="2026-03-18", now=now).data for one in client.volumes()]
    assert [30] == [one["size_gib"] for one in volumes if not one["attached"]]
    assert 3 == sum(one["attached"] for one in volumes)


def test_own_snapshots_are_read(client):
    assert 30 in [snapshot(one, now=datetime.now(UTC)).data["size_gib"] for one in client.snapshots()]


def test_hourly_means_of_cpu_come_for_each_machine(client, machines):
    ids = [one["instance_id"] for one in machines]
    cpu = client.cpu_percent(ids, now=datetime.now(UTC))
    assert ids == list(cpu)
    assert [10.0, 30.0] == sorted(value for values in cpu.values() for value in values)

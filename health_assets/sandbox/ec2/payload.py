"""Facts as AWS's answers have them, by the names of botocore's models."""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from health_assets.sandbox.ec2.world import Instance, InstanceType, Snapshot, Volume, inside

CODES = {"running": 16, "terminated": 48, "stopped": 80}
Payload = dict[str, Any]


def instance(one: Instance, *, region: str, at: datetime) -> Payload | None:
    """An instance as listed; None when it is not."""
    state = one.state(at)
    if state is None:
        return None
    launched = one.runs[0][0]
    attachment = {"AttachmentId": f"eni-{one.instance_id}", "DeviceIndex": 0, "AttachTime": launched}
    interface = {"NetworkInterfaceId": f"eni-of-{one.instance_id}", "Attachment": attachment}
    return {
        "InstanceId": one.instance_id,
        "InstanceType": one.instance_type,
        "State": {"Code": CODES[state], "Name": state},
        "LaunchTime": max(start for start, _ in one.runs if start <= at),
        "Placement": {"AvailabilityZone": f"{region}{one.zone}", "Tenancy": "default"},
        "InstanceLifecycle": "spot" if one.spot else None,
        "PlatformDetails": one.platform,
        "UsageOperation": one.operation,
        "NetworkInterfaces": [] if state == "terminated" else [interface],
    }


def volume(one: Volume, *, at: datetime) -> Payload | None:
    """A volume as listed; None when it is not there."""
    if at < one.created_at or (one.deleted_at is not None and one.deleted_at <= at):
        return None
    since = inside(one.attached, at)
    attachments = [] if since is None else [{"State": "attached", "AttachTime": since, "VolumeId": one.volume_id}]
    return {
        "VolumeId": one.volume_id,
        "State": "in-use" if attachments else "available",
        "Size": one.size_gib,
        "CreateTime": one.created_at,
        "Attachments": attachments,
    }


def snapshot(one: Snapshot, *, at: datetime) -> Payload | None:
    """A snapshot as listed; None when it is not there."""
    if at < one.started_at or (one.deleted_at is not None and one.deleted_at <= at):
        return None
    return {
        "SnapshotId": one.snapshot_id,
        "State": "completed",
        "VolumeSize": one.size_gib,
        "StartTime": one.started_at,
        "OwnerId": "000000000000",
    }


def instance_type(name: str, one: InstanceType) -> Payload:
    """A type as described."""
    gpus = {"Gpus": [{"Count": one.gpus}]} if one.gpus else None
    return {"InstanceType": name, "VCpuInfo": {"DefaultVCpus": one.vcpus}, "GpuInfo": gpus}


def spot_price(name: str, one: InstanceType, *, zone: str, at: datetime) -> Payload:
    """A spot price as the history has it."""
    return {
        "InstanceType": name,
        "ProductDescription": "Linux/UNIX",
        "AvailabilityZone": zone,
        "SpotPrice": f"{one.spot_price:.6f}",
        "Timestamp": at,
    }


def price_entry(name: str, one: InstanceType, asked: Mapping[str, str]) -> str:
    """An entry of the price list, which is JSON inside JSON."""
    per_unit = {"unit": "Hrs", "pricePerUnit": {"USD": f"{one.list_price:.10f}"}}
    attributes = {**asked, "instanceType": name, "operatingSystem": "Linux", "marketoption": "OnDemand"}
    terms = {"OnDemand": {"SKU.TERM": {"priceDimensions": {"SKU.TERM.DIM": per_unit}}}}
    return json.dumps({"product": {"attributes": attributes, "sku": "SKU"}, "serviceCode": "AmazonEC2", "terms": terms})

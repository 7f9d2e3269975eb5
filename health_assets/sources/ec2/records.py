"""EC2 facts: the record kinds, and records of them from the payloads that boto3 returns (instants are datetimes).

Unknown enum values are kept as they are, in lower case. Nothing is counted here.
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from health_assets.model.record import Column, Mode, Record, RecordKind
from health_assets.model.time import iso
from health_assets.sources.fields import Payload, required
from health_assets.sources.stored import Data

INSTANCES = RecordKind(
    source="ec2",
    name="instances",
    mode=Mode.SNAPSHOT,
    description="Instances as they were when they were listed, with size, CPU and price of the running ones.",
    columns={
        "instance_id": Column.TEXT,
        "state": Column.TEXT,
        "instance_type": Column.TEXT,
        # on-demand, spot, scheduled, capacity-block
        "lifecycle": Column.TEXT,
        "zone": Column.TEXT,
        # what prices depend on: Linux/UNIX, ...; RunInstances, RunInstances:0002, ...; default, dedicated, host
        "platform": Column.TEXT,
        "operation": Column.TEXT,
        "tenancy": Column.TEXT,
        "first_launch_at": Column.TIME,
        "last_launch_at": Column.TIME,
        "vcpus": Column.INTEGER,
        "gpus": Column.INTEGER,
        # mean of the hourly means of the 24 hours before; None = CloudWatch has none
        "cpu_percent": Column.NUMBER,
        # dollars an hour on demand; None with an instant = the price list has no single price
        "list_price": Column.NUMBER,
        "list_price_at": Column.TIME,
        "spot_price": Column.NUMBER,
    },
)

VOLUMES = RecordKind(
    source="ec2",
    name="volumes",
    mode=Mode.SNAPSHOT,
    description="EBS volumes as they were when they were listed.",
    columns={
        "volume_id": Column.TEXT,
        "state": Column.TEXT,
        "size_gib": Column.INTEGER,
        "created_at": Column.TIME,
        "attached": Column.FLAG,
    },
)

SNAPSHOTS = RecordKind(
    source="ec2",
    name="snapshots",
    mode=Mode.ENTITY,
    description="Own EBS snapshots; AWS does not tell when one was deleted, so it is the time it was missed.",
    columns={
        "snapshot_id": Column.TEXT,
        "state": Column.TEXT,
        "size_gib": Column.INTEGER,
        "started_at": Column.TIME,
        "missed_at": Column.TIME,
    },
)

KINDS = (INSTANCES, VOLUMES, SNAPSHOTS)


@dataclass(frozen=True, kw_only=True)
class Reading:
    """What else is known of one running instance when it is recorded."""

    vcpus: int | None = None
    gpus: int | None = None
    cpu_percent: float | None = None
    list_price: float | None = None
    list_price_at: datetime | None = None
    spot_price: float | None = None


def instance(payload: Payload, *, day: str, now: datetime) -> Record:
    """An instance without its Reading. Raises ContractError."""
    instance_id = required(payload, "InstanceId", str)
    placement = payload.get("Placement") or {}
    data = dict.fromkeys(INSTANCES.columns) | {
        "instance_id": instance_id,
        "state": required(required(payload, "State", dict), "Name", str).lower(),
        "instance_type": required(payload, "InstanceType", str),
        "lifecycle": str(payload.get("InstanceLifecycle") or "on-demand").lower(),
        "zone": placement.get("AvailabilityZone"),
        "platform": payload.get("PlatformDetails"),
        "operation": payload.get("UsageOperation"),
        "tenancy": str(placement.get("Tenancy") or "default").lower(),
        "first_launch_at": _first_launch(payload),
        "last_launch_at": required(payload, "LaunchTime", datetime).astimezone(UTC),
    }
    return _snapshot(INSTANCES, instance_id, data, day=day, now=now)


def volume(payload: Payload, *, day: str, now: datetime) -> Record:
    """A volume. Raises ContractError."""
    volume_id = required(payload, "VolumeId", str)
    attachments = required(payload, "Attachments", list)
    data = {
        "volume_id": volume_id,
        "state": required(payload, "State", str).lower(),
        "size_gib": required(payload, "Size", int),
        "created_at": required(payload, "CreateTime", datetime).astimezone(UTC),
        "attached": any(str(one.get("State")).lower() != "detached" for one in attachments),
    }
    return _snapshot(VOLUMES, volume_id, data, day=day, now=now)


def snapshot(payload: Payload, *, now: datetime) -> Record:
    """An EBS snapshot. Raises ContractError."""
    snapshot_id = required(payload, "SnapshotId", str)
    started = required(payload, "StartTime", datetime).astimezone(UTC)
    data = {
        "snapshot_id": snapshot_id,
        "state": required(payload, "State", str).lower(),
        "size_gib": required(payload, "VolumeSize", int),
        "started_at": started,
        "missed_at": None,
    }
    return Record(
        kind=SNAPSHOTS.name, key=snapshot_id, version=_version(now), starts_at=started, ends_at=None, data=data
    )


def missed(data: Data, *, now: datetime) -> Record:
    """The record of a stored snapshot that is no longer listed."""
    return Record(
        kind=SNAPSHOTS.name,
        key=data["snapshot_id"],
        version=_version(now),
        starts_at=data["started_at"],
        ends_at=now,
        data={**data, "missed_at": now},
    )


def size_of(payload: Payload) -> tuple[int, int]:
    """vCPUs and GPUs of an instance type. Raises ContractError."""
    vcpus = required(required(payload, "VCpuInfo", dict), "DefaultVCpus", int)
    gpus = (payload.get("GpuInfo") or {}).get("Gpus") or []
    return vcpus, sum(required(one, "Count", int) for one in gpus)


def _first_launch(payload: Payload) -> datetime | None:
    """When the primary network interface was attached: LaunchTime is the last start only."""
    for interface in payload.get("NetworkInterfaces") or ():
        attachment = interface.get("Attachment") or {}
        attached = attachment.get("AttachTime")
        if attachment.get("DeviceIndex") == 0 and isinstance(attached, datetime):
            return attached.astimezone(UTC)
    return None


def _snapshot(kind: RecordKind, key: str, data: dict[str, Any], *, day: str, now: datetime) -> Record:
    return Record(kind=kind.name, key=f"{day}/{key}", version=_version(now), starts_at=now, ends_at=now, data=data)


def _version(now: datetime) -> str:
    # whole seconds: texts with and without fractions do not sort by time
    return iso(now.replace(microsecond=0))

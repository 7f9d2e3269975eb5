"""EBS: volumes as recorded on the day, own snapshots by their start times."""

from collections.abc import Callable

import pandas as pd

from health_assets.model.metric import Family, Measurement
from health_assets.sources.evidence import Row, evidence
from health_assets.sources.snapshots import THE_DAY, of_day, recorded
from health_assets.sources.view import View

FAMILY = Family(source="ec2", name="ebs", title="EBS volumes and snapshots")


def _note(row: Row) -> str:
    return f"{row.size_gib} GiB, {row.state}"


def _volumes(rows: pd.DataFrame, *, samples: int, value: float | None = None) -> Measurement:
    oldest = rows.sort_values(["created_at", "volume_id"])
    pieces = evidence(oldest, label=lambda row: str(row.volume_id), at="created_at", note=_note)
    return Measurement.of(len(rows) if value is None else value, samples=samples, evidence=pieces, total=len(rows))


@recorded(FAMILY, "ec2.ebs.volumes.total", unit="volume", kind="volumes")
def volume_count(view: View) -> Measurement:
    """EBS volumes."""
    rows = view.once(of_day, "volumes")
    return _volumes(rows, samples=len(rows))


@recorded(FAMILY, "ec2.ebs.volumes.attached", unit="volume", kind="volumes")
def attached_count(view: View) -> Measurement:
    """EBS volumes attached to an instance."""
    rows = view.once(of_day, "volumes")
    return _volumes(rows[rows["attached"].astype(bool)], samples=len(rows))


@recorded(FAMILY, "ec2.ebs.volumes.unattached", unit="volume", kind="volumes")
def unattached_count(view: View) -> Measurement:
    """EBS volumes attached to nothing."""
    rows = view.once(of_day, "volumes")
    return _volumes(rows[~rows["attached"].astype(bool)], samples=len(rows))


@recorded(FAMILY, "ec2.ebs.volumes.size_gb", unit="gibibyte", kind="volumes")
def volume_size(view: View) -> Measurement:
    """Size of all EBS volumes."""
    rows = view.once(of_day, "volumes")
    return _volumes(rows, samples=len(rows), value=float(rows["size_gib"].sum()))


def existing_snapshots(view: View) -> pd.DataFrame:
    """Own EBS snapshots started at or before T and not missed by then."""
    rows = view.records("snapshots")
    there = (rows["started_at"] <= view.at) & ~(rows["missed_at"] <= view.at)
    return rows[there]


def _snapshots(view: View, value: Callable[[pd.DataFrame], float]) -> Measurement:
    rows = view.once(existing_snapshots)
    newest = rows.sort_values(["started_at", "snapshot_id"], ascending=False)
    pieces = evidence(newest, label=lambda row: str(row.snapshot_id), at="started_at", note=_note)
    return Measurement.of(value(rows), samples=len(rows), evidence=pieces, total=len(rows))


@FAMILY.metric("ec2.ebs.snapshots.total", unit="snapshot", needs={"snapshots": THE_DAY})
def snapshot_count(view: View) -> Measurement:
    """Own EBS snapshots started at or before T. One that is no longer listed counts until it was missed."""
    return _snapshots(view, len)


@FAMILY.metric("ec2.ebs.snapshots.size_gb", unit="gibibyte", needs={"snapshots": THE_DAY})
def snapshot_size(view: View) -> Measurement:
    """Volume size of the own EBS snapshots started at or before T; what AWS bills is less and not told."""
    return _snapshots(view, lambda rows: float(rows["size_gib"].sum()))

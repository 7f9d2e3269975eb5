"""Instances: how many, how large, how old, and which of them are idle."""

from collections.abc import Callable
from datetime import timedelta

import pandas as pd

from health_assets.model.metric import Family, Measurement
from health_assets.model.reason import Reason
from health_assets.sources.ec2.metrics.evidence import counted, instance_evidence
from health_assets.sources.ec2.metrics.recorded import living, running, spot, summed, unknown_of
from health_assets.sources.snapshots import recorded
from health_assets.sources.view import View

FAMILY = Family(source="ec2", name="instances", title="EC2 instances")
DAY_SECONDS = 86_400
#: CloudWatch has nothing yet of an instance that was started within the last hour.
FIRST_HOUR = timedelta(hours=1)


@recorded(FAMILY, "ec2.instances.total", unit="instance", kind="instances")
def total_count(view: View) -> Measurement:
    """Instances that are not terminated."""
    rows = view.once(living)
    return counted(rows, samples=len(rows))


@recorded(FAMILY, "ec2.instances.running", unit="instance", kind="instances")
def running_count(view: View) -> Measurement:
    """Instances running."""
    return counted(view.once(running), samples=len(view.once(living)))


@recorded(FAMILY, "ec2.instances.stopped", unit="instance", kind="instances")
def stopped_count(view: View) -> Measurement:
    """Instances stopped."""
    rows = view.once(living)
    return counted(rows[rows["state"] == "stopped"], samples=len(rows))


@recorded(FAMILY, "ec2.instances.spot", unit="instance", kind="instances")
def spot_count(view: View) -> Measurement:
    """Running spot instances."""
    return counted(view.once(spot), samples=len(view.once(running)))


@recorded(FAMILY, "ec2.instances.ondemand", unit="instance", kind="instances")
def ondemand_count(view: View) -> Measurement:
    """Running on-demand instances."""
    rows = view.once(running)
    return counted(rows[rows["lifecycle"] == "on-demand"], samples=len(rows))


@recorded(FAMILY, "ec2.instances.gpu_instances", unit="instance", kind="instances")
def gpu_instance_count(view: View) -> Measurement:
    """Running instances with GPUs."""
    rows = view.once(running)
    unknown = rows["gpus"].isna()
    return unknown_of("size", rows, unknown) if unknown.any() else counted(rows[rows["gpus"] > 0], samples=len(rows))


@recorded(FAMILY, "ec2.instances.gpu_count", unit="gpu", kind="instances")
def gpu_count(view: View) -> Measurement:
    """GPUs of the running instances, from the provider's instance-type description, not a hand-kept table."""
    return summed(view.once(running), "gpus", what="size")


@recorded(FAMILY, "ec2.instances.cpu_count", unit="core", kind="instances")
def cpu_count(view: View) -> Measurement:
    """vCPUs of the running instances, from the provider's instance-type description."""
    return summed(view.once(running), "vcpus", what="size")


@recorded(FAMILY, "ec2.instances.idle", unit="instance", kind="instances")
def idle_count(view: View) -> Measurement:
    """Running instances whose mean CPU utilisation over the last 24 hours is below the configured share (default 5%).
    One that was started within the last hour and has no reading yet is not idle."""
    rows = view.once(running)
    unknown = rows["cpu_percent"].isna()
    silent = unknown & (rows["last_launch_at"] <= view.at - FIRST_HOUR)
    if silent.any():
        return unknown_of("CPU utilisation", rows, silent)
    idle = rows[~unknown & (rows["cpu_percent"] < view.settings.idle_below_percent).fillna(False).astype(bool)]
    return counted(idle, samples=len(rows))


@recorded(FAMILY, "ec2.instances.avg_age_days", unit="day", kind="instances")
def average_age(view: View) -> Measurement:
    """Mean age of the running instances since first launch (attachment time of the primary network interface;
    LaunchTime is only the last start)."""
    return _ages(view, lambda ages: float(ages.mean()))


@recorded(FAMILY, "ec2.instances.oldest_age_days", unit="day", kind="instances")
def oldest_age(view: View) -> Measurement:
    """Age since first launch of the oldest running instance."""
    return _ages(view, lambda ages: float(ages.max()))


def _ages(view: View, value: Callable[[pd.Series], float]) -> Measurement:
    rows = view.once(running)
    if rows.empty:
        return Measurement.missing(Reason.NO_DATA, "no instance runs")
    unknown = rows["first_launch_at"].isna()
    if unknown.any():
        return unknown_of("first launch", rows, unknown)
    ages = (view.at - rows["first_launch_at"]).dt.total_seconds() / DAY_SECONDS
    oldest = rows.sort_values(["first_launch_at", "instance_id"])
    return Measurement.of(value(ages), samples=len(rows), evidence=instance_evidence(oldest), total=len(rows))

"""What the managed jobs running at T hold, and where."""

import pandas as pd

from health_assets.model.metric import Family, Measurement
from health_assets.sources.skypilot.metrics.evidence import counted, for_hours, shown
from health_assets.sources.skypilot.metrics.timeline import AT_T, running, unknown
from health_assets.sources.skypilot.resources import gpus_in
from health_assets.sources.view import View

FAMILY = Family(source="skypilot", name="resources", title="Resources of managed jobs")
REGIONS = Family(source="skypilot", name="regions", title="Regions of managed jobs")
NAMED_REGIONS = ("us-east-1", "us-west-2")


@FAMILY.metric("skypilot.resources.gpus.l4_count", unit="gpu", needs=AT_T)
def l4(view: View) -> Measurement:
    """L4 GPUs held by the managed jobs running at T, by exact accelerator name: an L40S is no L4."""
    return _gpus(view, "L4")


@FAMILY.metric("skypilot.resources.gpus.a10g_count", unit="gpu", needs=AT_T)
def a10g(view: View) -> Measurement:
    """A10G GPUs held by the managed jobs running at T, by exact accelerator name: an A10 is no A10G."""
    return _gpus(view, "A10G")


@FAMILY.metric("skypilot.resources.gpus.h100_count", unit="gpu", needs=AT_T)
def h100(view: View) -> Measurement:
    """H100 GPUs held by the managed jobs running at T, by exact accelerator name: an H100-MEGA is no H100."""
    return _gpus(view, "H100")


@FAMILY.metric("skypilot.resources.gpus.total_count", unit="gpu", needs=AT_T)
def all_gpus(view: View) -> Measurement:
    """GPUs of any kind held by the managed jobs running at T, on all nodes; TPUs, Trainium and Inferentia are none."""
    return _gpus(view, None)


def _gpus(view: View, name: str | None) -> Measurement:
    jobs = view.once(running)
    if missing := unknown(jobs, "accelerators", "the accelerator"):
        return missing
    held = [
        sum(
            count for kind, count in gpus_in(accelerators).items() if name is None or kind.casefold() == name.casefold()
        )
        for accelerators in jobs["accelerators"]
    ]
    jobs = jobs.assign(gpus=pd.Series(held, index=jobs.index, dtype="float64"))
    holders = jobs[jobs["gpus"] > 0].sort_values(["gpus", "job_id"], ascending=[False, True])
    pieces = shown(view, holders, at="started_at", note=lambda row: f"{row.gpus:g} GPUs, {for_hours(row)}")
    return Measurement.of(float(jobs["gpus"].sum()), samples=len(jobs), evidence=pieces, total=len(holders))


@FAMILY.metric("skypilot.resources.spot_jobs", unit="job", needs=AT_T)
def spot_jobs(view: View) -> Measurement:
    """Managed jobs running at T on spot capacity."""
    return _on_capacity(view, spot=True)


@FAMILY.metric("skypilot.resources.ondemand_jobs", unit="job", needs=AT_T)
def ondemand_jobs(view: View) -> Measurement:
    """Managed jobs running at T on on-demand capacity."""
    return _on_capacity(view, spot=False)


def _on_capacity(view: View, *, spot: bool) -> Measurement:
    jobs = view.once(running)
    return unknown(jobs, "spot", "the capacity, spot or on demand,") or counted(
        view, jobs[jobs["spot"] == spot], at="started_at", note=for_hours
    )


@REGIONS.metric("skypilot.regions.us_east_1", unit="job", needs=AT_T)
def us_east_1(view: View) -> Measurement:
    """Managed jobs running at T in region us-east-1."""
    return _in_regions(view, view.once(running)["region"] == "us-east-1")


@REGIONS.metric("skypilot.regions.us_west_2", unit="job", needs=AT_T)
def us_west_2(view: View) -> Measurement:
    """Managed jobs running at T in region us-west-2."""
    return _in_regions(view, view.once(running)["region"] == "us-west-2")


@REGIONS.metric("skypilot.regions.other", unit="job", needs=AT_T)
def elsewhere(view: View) -> Measurement:
    """Managed jobs running at T in any region but us-east-1 and us-west-2; a Kubernetes context is one."""
    return _in_regions(view, ~view.once(running)["region"].isin(NAMED_REGIONS))


def _in_regions(view: View, inside: "pd.Series[bool]") -> Measurement:
    jobs = view.once(running)
    return unknown(jobs, "region", "the region") or counted(
        view, jobs[inside], at="started_at", note=lambda row: f"{row.region}, {for_hours(row)}"
    )

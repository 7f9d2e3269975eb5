"""The measures of Kubernetes: pure functions of a View over the snapshot that was taken on the day itself.

What pods use and request stands together in one kind, so that both are of the same instant.
"""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pandas as pd

from health_assets.model.metric import EVIDENCE_LIMIT, Evidence, Family, History, Measure, Measurement
from health_assets.model.reason import Reason
from health_assets.sources.view import View

RESOURCES = Family(source="kubernetes", name="resources", title="Resources")
PODS = Family(source="kubernetes", name="pods", title="Pods")
DEPLOYMENTS = Family(source="kubernetes", name="deployments", title="Deployments")
FAMILIES = (RESOURCES, PODS, DEPLOYMENTS)

THE_DAY = timedelta(0)
GIB = 1024**3
MIB = 1024**2
MILLICORE = 0.001
OVERALLOCATED_BELOW = 0.2
HIGH_RESTARTS_ABOVE = 5

Row = Any
"""A named tuple of a frame's row."""


def _recorded(family: Family, name: str, *, unit: str, kind: str) -> Callable[[Measure], Measure]:
    return family.metric(name, unit=unit, needs={kind: THE_DAY}, history=History.RECORDED)


def snapshot(view: View, kind: str) -> pd.DataFrame:
    """The rows of `kind` that were read on the view's day."""
    frame = view.records(kind)
    return frame[frame["key"].str.startswith(f"{view.day.key}/")]


def shown(rows: pd.DataFrame, *, note: Callable[[Row], str], at: str = "") -> list[Evidence]:
    """The first rows as evidence; `at` names the column of their instant, if they have one."""
    return [
        Evidence(
            label=f"{row.namespace}/{row.name}",
            at=None if not at or pd.isna(getattr(row, at)) else getattr(row, at).to_pydatetime(),
            note=note(row),
        )
        for row in rows.head(EVIDENCE_LIMIT).itertuples(index=False)
    ]


def counted(rows: pd.DataFrame, *, of: pd.DataFrame, note: Callable[[Row], str], at: str = "") -> Measurement:
    """The number of `rows`, found among the rows `of`."""
    return Measurement.of(len(rows), samples=len(of), evidence=shown(rows, note=note, at=at), total=len(rows))


def _waste(view: View, resource: str, *, unit: float, suffix: str) -> Measurement:
    usage = snapshot(view, "pod_usage")
    unused = (usage[f"{resource}_requested"] - usage[f"{resource}_used"]).clip(lower=0) / unit
    # a pod that requests nothing wastes nothing: its difference is missing, which a sum leaves out
    wasting = usage.assign(unused=unused)[unused > 0].sort_values("unused", ascending=False)
    evidence = shown(wasting, note=lambda row: f"{row.unused:.2f} {suffix} unused")
    return Measurement.of(unused.sum(), samples=len(usage), evidence=evidence, total=len(wasting))


def _efficiency(view: View, resource: str) -> Measurement:
    usage = snapshot(view, "pod_usage")
    both = usage[usage[f"{resource}_requested"] > 0]
    if both.empty:
        return Measurement.missing(Reason.NO_DATA, f"no pod with usage data requests any {resource}")
    used, requested = both[f"{resource}_used"].sum(), both[f"{resource}_requested"].sum()
    return Measurement.of(100 * used / requested, samples=len(both))


@_recorded(RESOURCES, "k8s.resources.cpu_waste_cores", unit="core", kind="pod_usage")
def cpu_waste(view: View) -> Measurement:
    """CPU requested minus used, over pods with usage data, floored at 0 per pod."""
    return _waste(view, "cpu", unit=1, suffix="cores")


@_recorded(RESOURCES, "k8s.resources.memory_waste_gb", unit="gibibyte", kind="pod_usage")
def memory_waste(view: View) -> Measurement:
    """Memory requested minus used, over pods with usage data, floored at 0 per pod."""
    return _waste(view, "memory", unit=GIB, suffix="GiB")


@_recorded(RESOURCES, "k8s.resources.cpu_efficiency_pct", unit="percent", kind="pod_usage")
def cpu_efficiency(view: View) -> Measurement:
    """CPU used / requested * 100 over the pods that have both. Missing without metrics.k8s.io."""
    return _efficiency(view, "cpu")


@_recorded(RESOURCES, "k8s.resources.memory_efficiency_pct", unit="percent", kind="pod_usage")
def memory_efficiency(view: View) -> Measurement:
    """Memory used / requested * 100 over the pods that have both. Missing without metrics.k8s.io."""
    return _efficiency(view, "memory")


@_recorded(RESOURCES, "k8s.resources.overallocated_pods", unit="pod", kind="pod_usage")
def overallocated_count(view: View) -> Measurement:
    """Pods that use less than 20% of a requested resource (each pod counts once)."""
    usage = snapshot(view, "pod_usage")
    share = pd.DataFrame({name: usage[f"{name}_used"] / usage[f"{name}_requested"] for name in ("cpu", "memory")})
    least = usage.assign(least=share.min(axis=1))
    rows = least[least["least"] < OVERALLOCATED_BELOW].sort_values("least")
    return counted(rows, of=usage, note=lambda row: f"uses {row.least:.0%} of what it requests")


def _troubled(view: View, reasons: frozenset[str]) -> Measurement:
    pods = snapshot(view, "pods")
    hit = pods["waiting"].map(lambda waiting: not reasons.isdisjoint(waiting)).astype(bool)
    rows = pods[hit].sort_values("restarts", ascending=False)
    return counted(
        rows, of=pods, at="created_at", note=lambda row: f"{', '.join(row.waiting)}, {row.restarts} restarts"
    )


def _in_phase(view: View, phase: str) -> Measurement:
    pods = snapshot(view, "pods")
    rows = pods[pods["phase"] == phase].sort_values("created_at")
    return counted(rows, of=pods, at="created_at", note=lambda row: "" if pd.isna(row.reason) else row.reason)


@_recorded(PODS, "k8s.pods.crash_looping", unit="pod", kind="pods")
def crash_looping_count(view: View) -> Measurement:
    """Pods with a container waiting in CrashLoopBackOff (init containers too)."""
    return _troubled(view, frozenset({"crashloopbackoff"}))


@_recorded(PODS, "k8s.pods.failed", unit="pod", kind="pods")
def failed_count(view: View) -> Measurement:
    """Pods in phase Failed."""
    return _in_phase(view, "failed")


@_recorded(PODS, "k8s.pods.pending", unit="pod", kind="pods")
def pending_count(view: View) -> Measurement:
    """Pods in phase Pending."""
    return _in_phase(view, "pending")


@_recorded(PODS, "k8s.pods.oomkilled_24h", unit="pod", kind="pods")
def oomkilled_count(view: View) -> Measurement:
    """Pods with a container OOMKilled in (T-24h, T]."""
    pods = snapshot(view, "pods")
    rows = view.within(pods, "oom_killed_at", timedelta(hours=24)).sort_values("oom_killed_at", ascending=False)
    return counted(rows, of=pods, at="oom_killed_at", note=lambda row: f"{row.restarts} restarts")


@_recorded(PODS, "k8s.pods.high_restarts", unit="pod", kind="pods")
def high_restart_count(view: View) -> Measurement:
    """Pods with a container restarted more than 5 times."""
    pods = snapshot(view, "pods")
    rows = pods[pods["restarts"] > HIGH_RESTARTS_ABOVE].sort_values("restarts", ascending=False)
    return counted(rows, of=pods, at="created_at", note=lambda row: f"{row.restarts} restarts")


@_recorded(PODS, "k8s.pods.image_pull_errors", unit="pod", kind="pods")
def image_pull_error_count(view: View) -> Measurement:
    """Pods with a container waiting in ImagePullBackOff or ErrImagePull."""
    return _troubled(view, frozenset({"imagepullbackoff", "errimagepull"}))


def _light(view: View, *, cpu: float = float("inf"), memory: float = float("inf")) -> Measurement:
    """Running pods that use less than both limits."""
    usage = snapshot(view, "pod_usage")
    running = usage[usage["phase"] == "running"]
    rows = running[(running["cpu_used"] < cpu) & (running["memory_used"] < memory)].sort_values("cpu_used")
    return counted(
        rows,
        of=running,
        note=lambda row: f"{row.cpu_used / MILLICORE:.1f} millicores, {row.memory_used / MIB:.1f} MiB",
    )


@_recorded(PODS, "k8s.pods.idle_count", unit="pod", kind="pod_usage")
def idle_count(view: View) -> Measurement:
    """Running pods using under 1 millicore and under 10 MiB."""
    return _light(view, cpu=MILLICORE, memory=10 * MIB)


@_recorded(PODS, "k8s.pods.low_cpu_usage", unit="pod", kind="pod_usage")
def low_cpu_count(view: View) -> Measurement:
    """Running pods using under 10 millicores."""
    return _light(view, cpu=10 * MILLICORE)


@_recorded(PODS, "k8s.pods.low_memory_usage", unit="pod", kind="pod_usage")
def low_memory_count(view: View) -> Measurement:
    """Running pods using under 50 MiB."""
    return _light(view, memory=50 * MIB)


@_recorded(DEPLOYMENTS, "k8s.deployments.zero_replicas", unit="deployment", kind="deployments")
def zero_replica_count(view: View) -> Measurement:
    """Deployments scaled to 0 replicas."""
    deployments = snapshot(view, "deployments")
    rows = deployments[deployments["replicas"] == 0].sort_values("created_at")
    return counted(rows, of=deployments, at="created_at", note=lambda _: "")

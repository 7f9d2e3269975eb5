"""Resources: what pods request and what they use of it."""

import pandas as pd

from health_assets.model.metric import Family, Measurement
from health_assets.model.reason import Reason
from health_assets.sources.evidence import evidence
from health_assets.sources.kubernetes.metrics.evidence import counted, namespaced
from health_assets.sources.snapshots import of_day, recorded
from health_assets.sources.view import View

FAMILY = Family(source="kubernetes", name="resources", title="Resources")
GIB = 1024**3
OVERALLOCATED_BELOW = 0.2


def _waste(view: View, resource: str, *, unit: float, suffix: str) -> Measurement:
    usage = of_day(view, "pod_usage")
    unused = (usage[f"{resource}_requested"] - usage[f"{resource}_used"]).clip(lower=0) / unit
    # a pod that requests nothing wastes nothing: its difference is missing, which a sum leaves out
    wasting = usage.assign(unused=unused)[unused > 0].sort_values("unused", ascending=False)
    shown = evidence(wasting, label=namespaced, note=lambda row: f"{row.unused:.2f} {suffix} unused")
    return Measurement.of(unused.sum(), samples=len(usage), evidence=shown, total=len(wasting))


def _efficiency(view: View, resource: str) -> Measurement:
    usage = of_day(view, "pod_usage")
    both = usage[usage[f"{resource}_requested"] > 0]
    if both.empty:
        return Measurement.missing(Reason.NO_DATA, f"no pod with usage data requests any {resource}")
    used, requested = both[f"{resource}_used"].sum(), both[f"{resource}_requested"].sum()
    return Measurement.of(100 * used / requested, samples=len(both))


@recorded(FAMILY, "k8s.resources.cpu_waste_cores", unit="core", kind="pod_usage")
def cpu_waste(view: View) -> Measurement:
    """CPU requested minus used, over pods with usage data, floored at 0 per pod."""
    return _waste(view, "cpu", unit=1, suffix="cores")


@recorded(FAMILY, "k8s.resources.memory_waste_gb", unit="gibibyte", kind="pod_usage")
def memory_waste(view: View) -> Measurement:
    """Memory requested minus used, over pods with usage data, floored at 0 per pod."""
    return _waste(view, "memory", unit=GIB, suffix="GiB")


@recorded(FAMILY, "k8s.resources.cpu_efficiency_pct", unit="percent", kind="pod_usage")
def cpu_efficiency(view: View) -> Measurement:
    """CPU used / requested * 100 over the pods that have both. Missing without metrics.k8s.io."""
    return _efficiency(view, "cpu")


@recorded(FAMILY, "k8s.resources.memory_efficiency_pct", unit="percent", kind="pod_usage")
def memory_efficiency(view: View) -> Measurement:
    """Memory used / requested * 100 over the pods that have both. Missing without metrics.k8s.io."""
    return _efficiency(view, "memory")


@recorded(FAMILY, "k8s.resources.overallocated_pods", unit="pod", kind="pod_usage")
def overallocated_count(view: View) -> Measurement:
    """Pods that use less than 20% of a requested resource (each pod counts once)."""
    usage = of_day(view, "pod_usage")
    share = pd.DataFrame({name: usage[f"{name}_used"] / usage[f"{name}_requested"] for name in ("cpu", "memory")})
    least = usage.assign(least=share.min(axis=1))
    rows = least[least["least"] < OVERALLOCATED_BELOW].sort_values("least")
    return counted(rows, of=usage, note=lambda row: f"uses {row.least:.0%} of what it requests")

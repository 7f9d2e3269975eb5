"""Pods: their troubles, and those that use next to nothing."""

from datetime import timedelta

from health_assets.model.metric import Family, Measurement
from health_assets.sources.evidence import text_of
from health_assets.sources.kubernetes.metrics.evidence import counted
from health_assets.sources.snapshots import of_day, recorded
from health_assets.sources.view import View

FAMILY = Family(source="kubernetes", name="pods", title="Pods")
MIB = 1024**2
MILLICORE = 0.001
HIGH_RESTARTS_ABOVE = 5


def _troubled(view: View, reasons: frozenset[str]) -> Measurement:
    pods = of_day(view, "pods")
    hit = pods["waiting"].map(lambda waiting: not reasons.isdisjoint(waiting)).astype(bool)
    rows = pods[hit].sort_values("restarts", ascending=False)
    return counted(
        rows, of=pods, at="created_at", note=lambda row: f"{', '.join(row.waiting)}, {row.restarts} restarts"
    )


def _in_phase(view: View, phase: str) -> Measurement:
    pods = of_day(view, "pods")
    rows = pods[pods["phase"] == phase].sort_values("created_at")
    return counted(rows, of=pods, at="created_at", note=lambda row: text_of(row.reason))


@recorded(FAMILY, "k8s.pods.crash_looping", unit="pod", kind="pods")
def crash_looping_count(view: View) -> Measurement:
    """Pods with a container waiting in CrashLoopBackOff (init containers too)."""
    return _troubled(view, frozenset({"crashloopbackoff"}))


@recorded(FAMILY, "k8s.pods.failed", unit="pod", kind="pods")
def failed_count(view: View) -> Measurement:
    """Pods in phase Failed."""
    return _in_phase(view, "failed")


@recorded(FAMILY, "k8s.pods.pending", unit="pod", kind="pods")
def pending_count(view: View) -> Measurement:
    """Pods in phase Pending."""
    return _in_phase(view, "pending")


@recorded(FAMILY, "k8s.pods.oomkilled_24h", unit="pod", kind="pods")
def oomkilled_count(view: View) -> Measurement:
    """Pods with a container OOMKilled in (T-24h, T]."""
    pods = of_day(view, "pods")
    rows = view.within(pods, "oom_killed_at", timedelta(hours=24)).sort_values("oom_killed_at", ascending=False)
    return counted(rows, of=pods, at="oom_killed_at", note=lambda row: f"{row.restarts} restarts")


@recorded(FAMILY, "k8s.pods.high_restarts", unit="pod", kind="pods")
def high_restart_count(view: View) -> Measurement:
    """Pods with a container restarted more than 5 times."""
    pods = of_day(view, "pods")
    rows = pods[pods["restarts"] > HIGH_RESTARTS_ABOVE].sort_values("restarts", ascending=False)
    return counted(rows, of=pods, at="created_at", note=lambda row: f"{row.restarts} restarts")


@recorded(FAMILY, "k8s.pods.image_pull_errors", unit="pod", kind="pods")
def image_pull_error_count(view: View) -> Measurement:
    """Pods with a container waiting in ImagePullBackOff or ErrImagePull."""
    return _troubled(view, frozenset({"imagepullbackoff", "errimagepull"}))


def _light(view: View, *, cpu: float = float("inf"), memory: float = float("inf")) -> Measurement:
    """Running pods that use less than both limits."""
    usage = of_day(view, "pod_usage")
    running = usage[usage["phase"] == "running"]
    rows = running[(running["cpu_used"] < cpu) & (running["memory_used"] < memory)].sort_values("cpu_used")
    return counted(
        rows,
        of=running,
        note=lambda row: f"{row.cpu_used / MILLICORE:.1f} millicores, {row.memory_used / MIB:.1f} MiB",
    )


@recorded(FAMILY, "k8s.pods.idle_count", unit="pod", kind="pod_usage")
def idle_count(view: View) -> Measurement:
    """Running pods using under 1 millicore and under 10 MiB."""
    return _light(view, cpu=MILLICORE, memory=10 * MIB)


@recorded(FAMILY, "k8s.pods.low_cpu_usage", unit="pod", kind="pod_usage")
def low_cpu_count(view: View) -> Measurement:
    """Running pods using under 10 millicores."""
    return _light(view, cpu=10 * MILLICORE)


@recorded(FAMILY, "k8s.pods.low_memory_usage", unit="pod", kind="pod_usage")
def low_memory_count(view: View) -> Measurement:
    """Running pods using under 50 MiB."""
    return _light(view, memory=50 * MIB)

"""Deployments."""

from health_assets.model.metric import Family, Measurement
from health_assets.sources.evidence import no_text
from health_assets.sources.kubernetes.metrics.evidence import counted
from health_assets.sources.snapshots import of_day, recorded
from health_assets.sources.view import View

FAMILY = Family(source="kubernetes", name="deployments", title="Deployments")


@recorded(FAMILY, "k8s.deployments.zero_replicas", unit="deployment", kind="deployments")
def zero_replica_count(view: View) -> Measurement:
    """Deployments scaled to 0 replicas."""
    deployments = of_day(view, "deployments")
    rows = deployments[deployments["replicas"] == 0].sort_values("created_at")
    return counted(rows, of=deployments, at="created_at", note=no_text)

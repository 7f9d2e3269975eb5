"""Clusters, as they were on the day."""

from health_assets.model.metric import Family, Measurement
from health_assets.sources.evidence import counted
from health_assets.sources.snapshots import of_day, recorded
from health_assets.sources.view import View

FAMILY = Family(source="skypilot", name="clusters", title="Clusters")


@recorded(FAMILY, "skypilot.clusters.active", unit="cluster", kind="clusters")
def active(view: View) -> Measurement:
    """Clusters with status UP in the day's last snapshot; the clusters of managed jobs are not among them."""
    today = of_day(view, "clusters").sort_values("name")
    up = today[today["status"] == "up"]
    pages = f"{view.settings.api_url}/dashboard/clusters"
    return counted(up, samples=len(today), label=lambda row: str(row.name), url=lambda row: f"{pages}/{row.name}")

"""Clusters, as they were on the day."""

from datetime import timedelta

from health_assets.model.metric import Evidence, Family, History, Measurement
from health_assets.sources.view import View

FAMILY = Family(source="skypilot", name="clusters", title="Clusters")


@FAMILY.metric("skypilot.clusters.active", unit="cluster", needs={"clusters": timedelta(0)}, history=History.RECORDED)
def active(view: View) -> Measurement:
    """Clusters with status UP in the day's last snapshot; the clusters of managed jobs are not among them."""
    frame = view.records("clusters")
    today = frame[frame["key"].str.startswith(f"{view.day.key}/")].sort_values("name")
    up = today[today["status"] == "up"]
    pieces = [
        Evidence(label=str(row.name), url=f"{view.settings.api_url}/dashboard/clusters/{row.name}")
        for row in up[["name"]].itertuples(index=False, name="Cluster")
    ]
    return Measurement.of(len(up), samples=len(today), evidence=pieces)

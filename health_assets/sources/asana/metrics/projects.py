"""Projects, as they were recorded on the day."""

from health_assets.model.metric import Family, Measurement
from health_assets.sources.asana.metrics.evidence import counted
from health_assets.sources.snapshots import of_day, recorded
from health_assets.sources.view import View

FAMILY = Family(source="asana", name="projects", title="Projects")


def _of_status(view: View, status: str) -> Measurement:
    projects = of_day(view, "projects")
    return counted(projects[projects["status"] == status], of=projects, note=lambda row: row.status)


@recorded(FAMILY, "asana.projects.active", unit="project", kind="projects")
def active_count(view: View) -> Measurement:
    """Projects of the workspace that are not archived."""
    projects = of_day(view, "projects")
    return counted(projects, of=projects, note=lambda row: row.status)


@recorded(FAMILY, "asana.projects.on_track", unit="project", kind="projects")
def on_track_count(view: View) -> Measurement:
    """Active projects whose current status update is on_track."""
    return _of_status(view, "on_track")


@recorded(FAMILY, "asana.projects.at_risk", unit="project", kind="projects")
def at_risk_count(view: View) -> Measurement:
    """Active projects whose current status update is at_risk."""
    return _of_status(view, "at_risk")


@recorded(FAMILY, "asana.projects.off_track", unit="project", kind="projects")
def off_track_count(view: View) -> Measurement:
    """Active projects whose current status update is off_track."""
    return _of_status(view, "off_track")

"""Branches: how many there were, as it was recorded on the day itself."""

from datetime import timedelta

import pandas as pd

from health_assets.model.metric import Family, History, Measurement
from health_assets.model.reason import Reason
from health_assets.sources.github.metrics.timeline import facts
from health_assets.sources.view import View

FAMILY = Family(source="github", name="branches", title="Branches")


@FAMILY.metric("github.branches.active", unit="branch", needs={"branches": timedelta(0)}, history=History.RECORDED)
def active_count(view: View) -> Measurement:
    """Branches other than the default branch, as counted on the day; a past day cannot be counted again."""
    snapshots = facts(view, "branches")
    today = snapshots[snapshots["key"].str.startswith(f"{view.day.key}/")].sort_values("version")
    if today.empty or pd.isna(today["total"].iloc[-1]):
        return Measurement.missing(Reason.NOT_RECONSTRUCTIBLE, "the branches were not counted on that day")
    total = int(today["total"].iloc[-1])
    # A repository without a commit has no default branch either.
    return Measurement.of(max(total - 1, 0), samples=total)

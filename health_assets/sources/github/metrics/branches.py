"""Branches: how many there were, as it was recorded on the day itself."""

import pandas as pd

from health_assets.model.metric import Family, Measurement
from health_assets.model.reason import Reason
from health_assets.sources.snapshots import of_day, recorded
from health_assets.sources.view import View

FAMILY = Family(source="github", name="branches", title="Branches")


@recorded(FAMILY, "github.branches.active", unit="branch", kind="branches")
def active_count(view: View) -> Measurement:
    """Branches other than the default branch, as counted on the day; a past day cannot be counted again."""
    today = of_day(view, "branches").sort_values("version")
    if today.empty or pd.isna(today["total"].iloc[-1]):
        return Measurement.missing(Reason.NOT_RECONSTRUCTIBLE, "the branches were not counted on that day")
    total = int(today["total"].iloc[-1])
    # A repository without a commit has no default branch either.
    return Measurement.of(max(total - 1, 0), samples=total)

"""Issues: training bugs that wait."""

from datetime import timedelta

import numpy as np

from health_assets.model.metric import Family, Measurement
from health_assets.model.reason import Reason
from health_assets.sources.evidence import counted
from health_assets.sources.github.metrics.evidence import numbered
from health_assets.sources.github.metrics.timeline import born, labels_at
from health_assets.sources.view import View

FAMILY = Family(source="github", name="issues", title="Issues")


@FAMILY.metric("github.issues.training_bugs", unit="issue", needs={"issues": timedelta(0)})
def training_bug_count(view: View) -> Measurement:
    """Issues created at or before T and not closed at T that carry all configured training-bug labels at T, in any
    case; one that was reopened is open again. Missing when no label is configured."""
    wanted = {label.casefold() for label in view.settings.training_bug_labels}
    if not wanted:
        return Measurement.missing(Reason.NO_DATA, "no training-bug label is configured")
    issues = born(view, "issues")
    known = issues["history_known"] & issues["labels"].notna()
    if unknown := int((~known).sum()):
        return Measurement.missing(
            Reason.TRUNCATED, f"the closings or labels of {unknown} of {len(issues)} issues are unknown"
        )
    labelled = np.array([wanted <= labels_at(labels, view.at) for labels in issues["labels"]], dtype=bool)
    waiting = issues[labelled & issues["closed_since"].isna()].sort_values(["created_at", "number"])
    return counted(
        waiting,
        samples=len(issues),
        label=numbered,
        at="created_at",
        note=lambda row: f"open for {(view.at - row.created_at).days} days",
    )

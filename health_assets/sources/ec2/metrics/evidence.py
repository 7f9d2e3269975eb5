"""Instances as evidence: id, first launch, type and state."""

import pandas as pd

from health_assets.model.metric import Evidence, Measurement
from health_assets.sources import evidence
from health_assets.sources.evidence import Row


def counted(rows: pd.DataFrame, *, samples: int) -> Measurement:
    """The number of instances, the longest-lived ones as evidence."""
    oldest = rows.sort_values(["first_launch_at", "instance_id"])
    return evidence.counted(oldest, samples=samples, label=_id, at="first_launch_at", note=_note)


def instance_evidence(rows: pd.DataFrame) -> list[Evidence]:
    """The first EVIDENCE_LIMIT instances of `rows`."""
    return evidence.evidence(rows, label=_id, at="first_launch_at", note=_note)


def _id(row: Row) -> str:
    return str(row.instance_id)


def _note(row: Row) -> str:
    cpu = "" if pd.isna(row.cpu_percent) else f", {row.cpu_percent:.1f}% CPU"
    return f"{row.instance_type}, {row.state}, {row.lifecycle}{cpu}"

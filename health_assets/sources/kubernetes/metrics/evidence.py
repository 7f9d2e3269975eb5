"""Objects of a cluster as evidence."""

import pandas as pd

from health_assets.model.metric import Measurement
from health_assets.sources import evidence
from health_assets.sources.evidence import Row, Text, no_text


def namespaced(row: Row) -> str:
    """Label of a pod or a deployment."""
    return f"{row.namespace}/{row.name}"


def counted(rows: pd.DataFrame, *, of: pd.DataFrame, note: Text = no_text, at: str = "") -> Measurement:
    """The number of `rows`, found among the rows `of`."""
    return evidence.counted(rows, samples=len(of), label=namespaced, at=at, note=note)

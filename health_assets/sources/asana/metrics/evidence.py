"""Projects and tasks as evidence."""

import pandas as pd

from health_assets.model.metric import Measurement
from health_assets.sources import evidence
from health_assets.sources.evidence import TITLE_LIMIT, Row, Text, no_text, text_of


def title(row: Row) -> str:
    """Label of a project or a task: its name, or its gid where it has none."""
    return text_of(row.name)[:TITLE_LIMIT] or str(row.gid)


def counted(rows: pd.DataFrame, *, of: pd.DataFrame, note: Text = no_text, at: str = "") -> Measurement:
    """The number of `rows`, found among the rows `of`."""
    return evidence.counted(rows, samples=len(of), label=title, at=at, note=note)

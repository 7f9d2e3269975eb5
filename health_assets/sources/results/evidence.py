"""Jobs as evidence, the latest first."""

from collections.abc import Callable
from typing import Any

import pandas as pd

from health_assets.model.metric import EVIDENCE_LIMIT, Evidence, Measurement


def job_evidence(row: Any, *, at: str, note: str = "") -> Evidence:
    """A job's name, link and instant. row: named tuple of a frame; at: the column of the instant."""
    return Evidence(label=row.job, url=row.url, at=getattr(row, at).to_pydatetime(), note=note)


def jobs_counted(jobs: pd.DataFrame, *, samples: int, at: str, note: Callable[[Any], str]) -> Measurement:
    """The number of jobs, with the latest of them as evidence. samples: how many jobs were looked at."""
    latest = jobs.sort_values([at, "name"], ascending=False)
    shown = [job_evidence(row, at=at, note=note(row)) for row in latest.head(EVIDENCE_LIMIT).itertuples(index=False)]
    return Measurement.of(len(jobs), samples=samples, evidence=shown, total=len(jobs))

"""Jobs as evidence, the latest first."""

import pandas as pd

from health_assets.model.metric import Measurement
from health_assets.sources.evidence import Row, Text, counted


def job_name(row: Row) -> str:
    """Label of a job."""
    return str(row.job)


def jobs_counted(jobs: pd.DataFrame, *, samples: int, at: str, note: Text) -> Measurement:
    """The number of jobs, with the latest of them as evidence. samples: how many jobs were looked at."""
    latest = jobs.sort_values([at, "name"], ascending=False)
    return counted(latest, samples=samples, label=job_name, at=at, note=note)

"""Managed jobs as evidence: number and name, with their page on the server's dashboard."""

from functools import partial

import pandas as pd

from health_assets.model.metric import Evidence, Measurement
from health_assets.sources import evidence
from health_assets.sources.evidence import Row, Text, text_of
from health_assets.sources.view import View


def job_number(row: Row) -> str:
    """The job's id, with the task's where it is not the first."""
    return f"{row.job_id}.{row.task_id}" if row.task_id else str(row.job_id)


def for_hours(row: Row) -> str:
    """Note of a running job."""
    return f"running for {row.hours:.1f} h"


def job_label(row: Row) -> str:
    """The job's number and name."""
    return f"{job_number(row)} {text_of(row.name)}".rstrip()


def job_page(view: View, row: Row) -> str:
    """The job's page on the server's dashboard."""
    return f"{view.settings.api_url}/dashboard/jobs/{row.job_id}"


def evidence_of(view: View, row: Row, *, at: str, note: str) -> Evidence:
    """A job with its page on the server's dashboard; `at` names a column with an instant."""
    return evidence.evidence_of(row, label=job_label(row), url=job_page(view, row), at=at, note=note)


def shown(view: View, frame: pd.DataFrame, *, at: str, note: Text) -> list[Evidence]:
    """The first jobs of the frame as evidence, as many as an observation keeps."""
    return evidence.evidence(frame, label=job_label, url=partial(job_page, view), at=at, note=note)


def counted(view: View, frame: pd.DataFrame, *, at: str, note: Text) -> Measurement:
    """The number of jobs in `frame`, which are also the evidence."""
    page = partial(job_page, view)
    return evidence.counted(frame, samples=len(frame), label=job_label, url=page, at=at, note=note)

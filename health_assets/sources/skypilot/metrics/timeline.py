"""Managed jobs as they stood at T, and as evidence."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pandas as pd

from health_assets.model.metric import EVIDENCE_LIMIT, Evidence, Measurement
from health_assets.model.reason import Reason
from health_assets.sources.view import View

QUEUED, RUNNING, ENDED = "queued", "running", "ended"
AT_T = {"managed_jobs": timedelta(0)}
SECONDS_AN_HOUR = 3600

Row = Any
"""A named tuple of a frame's row."""
Note = Callable[[Row], str]


def jobs_at(view: View) -> pd.DataFrame:
    """Jobs known to exist at T with their `phase` then: queued, running or ended; the newest first."""
    frame = view.records("managed_jobs")
    frame = frame[frame["queued_at"] <= view.at]
    phase = pd.Series(QUEUED, index=frame.index, dtype="str")
    phase = phase.mask(frame["started_at"] <= view.at, RUNNING).mask(frame["ended_at"] <= view.at, ENDED)
    return frame.assign(phase=phase).sort_values(["queued_at", "job_id", "task_id"], ascending=False)


def in_phase(view: View, phase: str) -> pd.DataFrame:
    """jobs_at(view) of one phase."""
    jobs = view.once(jobs_at)
    return jobs[jobs["phase"] == phase]


def running(view: View) -> pd.DataFrame:
    """Jobs running at T with `hours` since their start, the longest first."""
    jobs = in_phase(view, RUNNING)
    hours = (view.at - jobs["started_at"]).dt.total_seconds() / SECONDS_AN_HOUR
    return jobs.assign(hours=hours).sort_values(["hours", "job_id", "task_id"], ascending=[False, True, True])


def status_at(row: Row) -> str:
    """A job's status at T: its final one once it ended, else the phase."""
    return str(row.status) if row.phase == ENDED else str(row.phase)


def job_number(row: Row) -> str:
    """The job's id, with the task's where it is not the first."""
    return f"{row.job_id}.{row.task_id}" if row.task_id else str(row.job_id)


def for_hours(row: Row) -> str:
    """Note of a running job."""
    return f"running for {row.hours:.1f} h"


def evidence_of(view: View, row: Row, *, at: str, note: str) -> Evidence:
    """A job with its page on the server's dashboard; `at` names a column with an instant."""
    name = "" if pd.isna(row.name) else str(row.name)
    instant = getattr(row, at)
    return Evidence(
        label=f"{job_number(row)} {name}".rstrip(),
        url=f"{view.settings.api_url}/dashboard/jobs/{row.job_id}",
        at=None if pd.isna(instant) else instant.to_pydatetime(),
        note=note,
    )


def shown(view: View, frame: pd.DataFrame, *, at: str, note: Note) -> list[Evidence]:
    """The first jobs of the frame as evidence, as many as an observation keeps."""
    first = frame.head(EVIDENCE_LIMIT).itertuples(index=False, name="Job")
    return [evidence_of(view, row, at=at, note=note(row)) for row in first]


def counted(view: View, frame: pd.DataFrame, *, at: str, note: Note) -> Measurement:
    """The number of jobs in `frame`, which are also the evidence."""
    pieces = shown(view, frame, at=at, note=note)
    return Measurement.of(len(frame), samples=len(frame), evidence=pieces, total=len(frame))


def unknown(frame: pd.DataFrame, column: str, what: str) -> Measurement | None:
    """Missing, when `what` of some jobs in `frame` is not known; None when all are."""
    lacking = int(frame[column].isna().sum())
    if not lacking:
        return None
    return Measurement.missing(Reason.NOT_RECONSTRUCTIBLE, f"{what} of {lacking} of {len(frame)} jobs is not known")

"""Managed jobs as they stood at T."""

from datetime import timedelta

import pandas as pd

from health_assets.model.metric import Measurement
from health_assets.model.reason import Reason
from health_assets.sources.evidence import Row
from health_assets.sources.view import View

QUEUED, RUNNING, ENDED = "queued", "running", "ended"
AT_T = {"managed_jobs": timedelta(0)}
SECONDS_AN_HOUR = 3600


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


def unknown(frame: pd.DataFrame, column: str, what: str) -> Measurement | None:
    """Missing, when `what` of some jobs in `frame` is not known; None when all are."""
    lacking = int(frame[column].isna().sum())
    if not lacking:
        return None
    return Measurement.missing(Reason.NOT_RECONSTRUCTIBLE, f"{what} of {lacking} of {len(frame)} jobs is not known")

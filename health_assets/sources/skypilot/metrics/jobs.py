"""How many managed jobs wait, run and end, how they end, and whose they are."""

from datetime import timedelta

from health_assets.model.metric import Family, Measurement
from health_assets.sources.evidence import Row
from health_assets.sources.skypilot.metrics.evidence import counted, for_hours, shown
from health_assets.sources.skypilot.metrics.timeline import (
    AT_T,
    ENDED,
    QUEUED,
    RUNNING,
    in_phase,
    jobs_at,
    running,
    unknown,
)
from health_assets.sources.skypilot.records import CANCELLED, FAILURE_PREFIX, MONTH, SUCCEEDED, WEEK
from health_assets.sources.view import View

FAMILY = Family(source="skypilot", name="jobs", title="Managed jobs")
USERS = Family(source="skypilot", name="users", title="Users of managed jobs")
LAST_MONTH = {"managed_jobs": MONTH}


@FAMILY.metric("skypilot.jobs.queued", unit="job", needs=AT_T)
def queued(view: View) -> Measurement:
    """Managed jobs submitted at or before T that had neither started nor ended at T. A job whose controller had not
    begun waits from when a collection first saw it, because SkyPilot keeps no time for that."""
    waiting = in_phase(view, QUEUED)
    return counted(view, waiting, at="queued_at", note=lambda row: f"{row.status} when last seen")


@FAMILY.metric("skypilot.jobs.running", unit="job", needs=AT_T)
def running_count(view: View) -> Measurement:
    """Managed jobs running at T: started at or before T and not ended at T; recovering is running."""
    return counted(view, view.once(running), at="started_at", note=for_hours)


@FAMILY.metric("skypilot.jobs.failed", unit="job", needs=LAST_MONTH)
def failed(view: View) -> Measurement:
    """Managed jobs that ended in (T-30d, T] with a failure: FAILED, FAILED_SETUP, FAILED_PRECHECKS,
    FAILED_NO_RESOURCE, FAILED_CONTROLLER, or another FAILED_ status of a later SkyPilot."""
    return _ended(view, MONTH, FAILURE_PREFIX)


@FAMILY.metric("skypilot.jobs.succeeded", unit="job", needs=LAST_MONTH)
def succeeded(view: View) -> Measurement:
    """Managed jobs that ended in (T-30d, T] as SUCCEEDED."""
    return _ended(view, MONTH, SUCCEEDED)


@FAMILY.metric("skypilot.jobs.cancelled", unit="job", needs=LAST_MONTH)
def cancelled(view: View) -> Measurement:
    """Managed jobs that ended in (T-30d, T] as CANCELLED."""
    return _ended(view, MONTH, CANCELLED)


@FAMILY.metric("skypilot.jobs.failed_7d", unit="job", needs={"managed_jobs": WEEK})
def failed_last_week(view: View) -> Measurement:
    """Managed jobs that ended in (T-7d, T] with a failure, of any of the kinds of skypilot.jobs.failed."""
    return _ended(view, WEEK, FAILURE_PREFIX)


def _ended(view: View, window: timedelta, status: str) -> Measurement:
    ended = view.within(in_phase(view, ENDED), "ended_at", window)
    matching = ended[ended["status"].str.startswith(status)]
    newest = matching.sort_values(["ended_at", "job_id", "task_id"], ascending=False)
    return counted(view, newest, at="ended_at", note=lambda row: str(row.status))


@USERS.metric("skypilot.users.active_count", unit="user", needs=AT_T)
def active_users(view: View) -> Measurement:
    """Distinct users with a managed job queued or running at T."""
    jobs = view.once(jobs_at)
    alive = jobs[jobs["phase"].isin([QUEUED, RUNNING])]
    if missing := unknown(alive, "user", "the user"):
        return missing
    one_each = alive.drop_duplicates("user").sort_values("user")
    jobs_of = alive.groupby("user")["key"].count()

    def note(row: Row) -> str:
        return f"{row.user}: {jobs_of[row.user]} jobs"

    pieces = shown(view, one_each, at="queued_at", note=note)
    return Measurement.of(len(one_each), samples=len(alive), evidence=pieces, total=len(one_each))

"""Facts about managed jobs and clusters with their own instants, and the rows the server shows of them at an instant.

All instants are aware UTC datetimes; the server answers in seconds since 1970.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

RECOVERING_FOR = timedelta(minutes=10)


@dataclass(frozen=True, kw_only=True)
class Job:
    """One task of a managed job.

    created_at: when it appears as PENDING. submitted_at, started_at, ended_at None: it never comes so far.
    accelerators: on each node. recoveries: when each was complete; in the 10 minutes before, the job is RECOVERING.
    A job that ends without submitted_at has no end_at on the wire, as in SkyPilot.
    requested: the server's text for what was asked for; None = made from the other fields.
    """

    job_id: int
    created_at: datetime
    task_id: int = 0
    name: str = "train"
    user: str = "ann"
    submitted_at: datetime | None = None
    started_at: datetime | None = None
    ended_at: datetime | None = None
    outcome: str = "SUCCEEDED"
    accelerators: Mapping[str, float] = field(default_factory=lambda: {"L4": 1})
    nodes: int = 1
    spot: bool = False
    region: str = "us-east-1"
    recoveries: Sequence[datetime] = ()
    requested: str | None = None


@dataclass(frozen=True, kw_only=True)
class Cluster:
    """A cluster, in the list from launched_at to gone_at; UP outside the spans of `stopped`."""

    name: str
    launched_at: datetime
    gone_at: datetime | None = None
    stopped: Sequence[tuple[datetime, datetime]] = ()
    user: str = "ann"
    region: str = "us-east-1"


@dataclass(frozen=True, kw_only=True)
class World:
    """Everything one API server knows. forgets_regions: ended jobs show "-" instead of where they ran."""

    jobs: Sequence[Job] = ()
    clusters: Sequence[Cluster] = ()
    forgets_regions: bool = False


def has(instant: datetime | None, at: datetime) -> bool:
    """True when `instant` is known and not after `at`."""
    return instant is not None and instant <= at


def status_of(job: Job, at: datetime) -> str:
    """SkyPilot's status of a job that exists at `at`."""
    if has(job.ended_at, at):
        return job.outcome
    if not has(job.started_at, at):
        return "STARTING" if has(job.submitted_at, at) else "PENDING"
    lost = any(end - RECOVERING_FOR <= at < end for end in job.recoveries)
    return "RECOVERING" if lost else "RUNNING"


def job_row(world: World, job: Job, *, at: datetime) -> dict[str, Any]:
    """The job as the queue shows it at `at`."""
    launched = has(job.started_at, at) and not has(job.ended_at, at)
    known = launched or (has(job.started_at, at) and not world.forgets_regions)
    recovered = [end for end in job.recoveries if end <= at]
    requested = job.requested or _requested(job)
    return {
        "job_id": job.job_id,
        "task_id": job.task_id,
        "job_name": job.name,
        "task_name": job.name,
        "user_name": job.user,
        "user_hash": f"{sum(job.user.encode()):08x}",
        "workspace": "default",
        "status": status_of(job, at),
        "submitted_at": _epoch(job.submitted_at, at),
        "start_at": _epoch(job.started_at, at),
        "end_at": _epoch(job.ended_at, at) if job.submitted_at else None,
        "last_recovered_at": _epoch(recovered[-1] if recovered else job.started_at, at) or -1.0,
        "recovery_count": len(recovered),
        "resources": requested,
        "cluster_resources": _launched(job) if launched else (requested if known else "-"),
        "accelerators": dict(job.accelerators) if launched and job.accelerators else None,
        "cloud": "AWS" if known else "-",
        "region": job.region if known else "-",
        "failure_reason": "the command ended with status 1" if "FAILED" in status_of(job, at) else None,
        "details": None,
    }


def cluster_row(cluster: Cluster, *, at: datetime) -> dict[str, Any]:
    """The cluster as the status list shows it at `at`."""
    stopped = any(start <= at < end for start, end in cluster.stopped)
    return {
        "name": cluster.name,
        "status": "STOPPED" if stopped else "UP",
        "user_name": cluster.user,
        "cloud": "AWS",
        "region": cluster.region,
        "launched_at": int(cluster.launched_at.timestamp()),
        "nodes": 1,
        "workspace": "default",
    }


def _requested(job: Job) -> str:
    asked = ", ".join(f"{name}:{count:g}" for name, count in job.accelerators.items()) or "CPU:4+"
    return f"{job.nodes}x[{asked}]{'[Spot]' if job.spot else ''}"


def _launched(job: Job) -> str:
    held = ", ".join(f"gpus={name}:{count:g}" for name, count in job.accelerators.items()) or "cpus=4, mem=16"
    return f"{job.nodes}x{'[spot]' if job.spot else ''}({held}, m-sized, ...)"


def _epoch(instant: datetime | None, at: datetime) -> float | None:
    return instant.timestamp() if instant is not None and instant <= at else None

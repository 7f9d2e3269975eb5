"""SkyPilot facts: the record kinds, and records from the server's answers.

Unknown statuses are kept as they are, in lower case. What the server forgets when a job ends (accelerators, region)
and what it never tells (since when a job waits in PENDING, earlier recoveries) is kept from the stored record.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from health_assets.model.errors import ContractError
from health_assets.model.record import Column, Mode, Record, RecordKind
from health_assets.model.time import Day, iso
from health_assets.sources import fields
from health_assets.sources.fields import Payload, epoch, number, required
from health_assets.sources.skypilot.resources import accelerators_a_node, is_spot, nodes_of
from health_assets.sources.stored import Data

MONTH = timedelta(days=30)
WEEK = timedelta(days=7)

SUCCEEDED, CANCELLED, FAILED = "succeeded", "cancelled", "failed"
#: Every failure begins with it: failed_setup, failed_prechecks, failed_no_resource, failed_controller.
FAILURE_PREFIX = FAILED
#: Our own: the server no longer knows the job.
VANISHED = "vanished"
ACTIVE = frozenset({"pending", "submitted", "starting", "running", "winding_down", "recovering", "cancelling"})

MANAGED_JOBS = RecordKind(
    source="skypilot",
    name="managed_jobs",
    mode=Mode.ENTITY,
    lookback=MONTH,
    description="Tasks of managed jobs with their times; one record for each task.",
    columns={
        "job_id": Column.INTEGER,
        "task_id": Column.INTEGER,
        "name": Column.TEXT,
        "user": Column.TEXT,
        "workspace": Column.TEXT,
        "status": Column.TEXT,
        # when it was first seen waiting, or else submitted_at, which is when its controller began
        "queued_at": Column.TIME,
        "submitted_at": Column.TIME,
        # first RUNNING; recoveries leave it alone
        "started_at": Column.TIME,
        "ended_at": Column.TIME,
        # {name: count on all nodes}, {} without any; None = not known
        "accelerators": Column.JSON,
        "spot": Column.FLAG,
        "cloud": Column.TEXT,
        "region": Column.TEXT,
        # [[recoveries so far, since], ...] oldest first, as readings found them
        "recoveries": Column.JSON,
    },
)

CLUSTERS = RecordKind(
    source="skypilot",
    name="clusters",
    mode=Mode.SNAPSHOT,
    description="Clusters and their status, by day; a past day cannot be read again.",
    columns={
        "name": Column.TEXT,
        "status": Column.TEXT,
        "user": Column.TEXT,
        "cloud": Column.TEXT,
        "region": Column.TEXT,
        "launched_at": Column.TIME,
    },
)

KINDS = (MANAGED_JOBS, CLUSTERS)

#: The server writes "-" for what it does not know.
text = partial(fields.text, unknown=("", "-"))
required_text = partial(fields.required_text, unknown=("", "-"))


def is_failure(status: str) -> bool:
    """True for each of SkyPilot's failure states, and for one that a later version adds."""
    return status.startswith(FAILURE_PREFIX)


def is_final(status: str) -> bool:
    """True for a status that a job keeps; a status nobody knows is final once it has an end."""
    return status in {SUCCEEDED, CANCELLED, VANISHED} or is_failure(status)


def job_key(payload: Payload) -> str:
    """Natural key, <job_id>/<task_id>. Raises ContractError."""
    return f"{required(payload, 'job_id', int)}/{required(payload, 'task_id', int)}"


def managed_job(payload: Payload, *, held: Data | None, now: datetime) -> Record | None:
    """The record of one task as read at `now`; `held` is the data stored before. None when its end has no time.

    A job cancelled while it was PENDING has neither submitted_at nor end_at: if it was seen alive before, it ended
    between two readings and `now` is taken; if not, it lies at no known instant. Raises ContractError.
    """
    before: Data = held or {}
    status = required_text(payload, "status").lower()
    submitted, started, ended = (epoch(payload, name) for name in ("submitted_at", "start_at", "end_at"))
    if ended is None and is_final(status):
        if held is None:
            return None
        ended = held["ended_at"] or now
    # once it has an instant, the one at which a tick happened to see it PENDING must not tell past days otherwise
    queued = submitted or min(filter(None, (before.get("queued_at"), started or ended or now)))
    data = {
        "job_id": required(payload, "job_id", int),
        "task_id": required(payload, "task_id", int),
        "name": text(payload, "job_name"),
        "user": text(payload, "user_name") or text(payload, "user_hash") or before.get("user"),
        "workspace": text(payload, "workspace"),
        "status": status,
        "queued_at": queued,
        "submitted_at": submitted,
        "started_at": started,
        "ended_at": ended,
        **_holdings(payload, before),
        "recoveries": _recoveries(payload, before.get("recoveries") or [], now=now),
    }
    return _job_record(data, key=job_key(payload), now=now)


def vanished_job(held: Data, *, now: datetime) -> Record:
    """A job that the server knew when it was last read and knows no more: it ended in between."""
    data = {**held, "status": VANISHED, "ended_at": now}
    return _job_record(data, key=f"{held['job_id']}/{held['task_id']}", now=now)


def cluster(payload: Payload, *, day: Day, now: datetime) -> Record:
    """A cluster in the snapshot of `day`. Raises ContractError."""
    name = required_text(payload, "name")
    data = {
        "name": name,
        "status": required_text(payload, "status").lower(),
        "user": text(payload, "user_name"),
        "cloud": text(payload, "cloud"),
        "region": text(payload, "region"),
        "launched_at": epoch(payload, "launched_at"),
    }
    return Record(kind=CLUSTERS.name, key=f"{day.key}/{name}", version=iso(now), starts_at=now, ends_at=now, data=data)


def _job_record(data: Data, *, key: str, now: datetime) -> Record:
    return Record(
        kind=MANAGED_JOBS.name,
        key=key,
        version=iso(now),
        starts_at=data["queued_at"],
        ends_at=data["ended_at"],
        data=data,
    )


def _holdings(payload: Payload, before: Data) -> dict[str, Any]:
    requested, launched = text(payload, "resources") or "", text(payload, "cluster_resources") or ""
    spot = is_spot(requested, launched)
    return {
        "accelerators": _first_known(_accelerators(payload, requested, launched), before.get("accelerators")),
        "spot": _first_known(spot, before.get("spot")),
        "cloud": text(payload, "cloud") or before.get("cloud"),
        "region": text(payload, "region") or before.get("region"),
    }


def _first_known(read: Any, held: Any) -> Any:
    return held if read is None else read


def _accelerators(payload: Payload, requested: str, launched: str) -> dict[str, float] | None:
    given, nodes = payload.get("accelerators"), nodes_of(requested, launched)
    if given:
        if not isinstance(given, Mapping):
            raise ContractError(f"accelerators is {type(given).__name__}, expected an object")
        a_node: Mapping[str, float] | None = {str(name): number(given, name) for name in given}
    else:
        a_node = accelerators_a_node(requested)
    if a_node is None or nodes is None:
        return None
    return {name: count * nodes for name, count in a_node.items()}


def _recoveries(payload: Payload, held: list[Any], *, now: datetime) -> list[Any]:
    count = 0 if payload.get("recovery_count") is None else required(payload, "recovery_count", int)
    if count <= (held[-1][0] if held else 0):
        return held
    return [*held, [count, iso(epoch(payload, "last_recovered_at") or now)]]

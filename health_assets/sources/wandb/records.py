"""Weights & Biases facts: the record kind of runs, and a run as GraphQL gives it made into a record.

Times come from the payload; an unknown state is kept as it is, in lower case. Nothing is counted here.
"""

import json
import math
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from fnmatch import fnmatchcase
from typing import Any

from health_assets.model.errors import ContractError
from health_assets.model.record import Column, Mode, Record, RecordKind, Rejection
from health_assets.sources.fields import Payload, required_text, text
from health_assets.sources.wandb.settings import Settings

WEEK = timedelta(days=7)
DAY = timedelta(days=1)
FAILED = frozenset({"failed", "crashed", "killed"})
FINISHED = "finished"
ACTIVE = frozenset({"running", "pending", "preempting"})
ENDED = FAILED | {FINISHED, "preempted"}
#: A state that we do not know says nothing about an end; a run that is alive sends heartbeats far more often.
SILENCE = timedelta(hours=1)

RUNS = RecordKind(
    source="wandb",
    name="runs",
    mode=Mode.ENTITY,
    lookback=WEEK,
    # a run is marked as crashed five minutes after its last heartbeat (wandb/wandb#12500)
    grace=timedelta(minutes=10),
    description="Training runs: state, times, GPUs, the configured summary values and the newest GPU utilisation.",
    columns={
        "run_id": Column.TEXT,
        "name": Column.TEXT,
        "url": Column.TEXT,
        "state": Column.TEXT,
        "group": Column.TEXT,
        "job_type": Column.TEXT,
        "sweep": Column.TEXT,
        "tags": Column.JSON,
        "created_at": Column.TIME,
        "heartbeat_at": Column.TIME,
        # the last heartbeat of a run that is over, else None
        "ended_at": Column.TIME,
        # as the run itself measured it
        "runtime_seconds": Column.NUMBER,
        "gpu_count": Column.INTEGER,
        # percent, mean of the GPUs in the newest sample of system metrics
        "gpu_utilization": Column.NUMBER,
        # {configured key: number}; None when the summary could not be read
        "summary": Column.JSON,
    },
)

KINDS = (RUNS,)


def run_record(
    payload: Payload, *, settings: Settings, scope: str, now: datetime
) -> tuple[Record, tuple[Rejection, ...]]:
    """The record of a run, and what of it could not be read. Raises ContractError without an id, state or creation.

    A run whose summary is unreadable is still a run: it stays, its summary is unknown, and that is told.
    """
    run_id, state = required_text(payload, "name"), required_text(payload, "state").lower()
    created, heartbeat = _instant(payload, "createdAt"), _instant(payload, "heartbeatAt")
    if created is None:
        raise ContractError("createdAt is missing")
    summary, problem = _object(payload, "summaryMetrics")
    system, other = _object(payload, "systemMetrics")
    problems = [f"{run_id}: {wrong}" for wrong in (problem, other) if wrong]
    ended = ended_at(state, created=created, heartbeat=heartbeat, now=now)
    data = {
        "run_id": run_id,
        "name": text(payload, "displayName") or run_id,
        "url": run_url(settings.api_url, scope=scope, run_id=run_id),
        "state": state,
        "group": text(payload, "group"),
        "job_type": text(payload, "jobType"),
        "sweep": text(payload, "sweepName"),
        "tags": [str(tag) for tag in payload.get("tags") or ()],
        "created_at": created,
        "heartbeat_at": heartbeat,
        "ended_at": ended,
        "runtime_seconds": None if summary is None else _runtime(summary),
        "gpu_count": _gpu_count(payload),
        "gpu_utilization": None if system is None else _mean_of(system, settings.gpu_utilization_keys),
        "summary": None if summary is None else _values(summary, settings.summary_keys),
    }
    record = Record(
        kind=RUNS.name,
        key=run_id,
        version=version_of(heartbeat or created, over=ended is not None),
        starts_at=created,
        ends_at=ended,
        data=data,
    )
    return record, tuple(Rejection(kind=RUNS.name, key=run_id, problem=wrong) for wrong in problems)


def version_of(heartbeat: datetime, *, over: bool) -> str:
    """Orders two readings of a run: the later heartbeat wins, then the one that knows the end."""
    return f"{heartbeat.isoformat(timespec='microseconds')}/{int(over)}"


def ended_at(state: str, *, created: datetime, heartbeat: datetime | None, now: datetime) -> datetime | None:
    """When a run ended: at its last heartbeat, at once when it never sent one. None while it is active."""
    last = heartbeat or created
    if state in ENDED or (state not in ACTIVE and now - last > SILENCE):
        return max(last, created)
    return None


def run_url(api_url: str, *, scope: str, run_id: str) -> str:
    """The run's page. api.wandb.ai serves wandb.ai; a server of one's own serves both at one address."""
    return f"{api_url.replace('://api.', '://', 1)}/{scope}/runs/{run_id}".replace(" ", "%20")


def _instant(payload: Payload, key: str) -> datetime | None:
    written = text(payload, key)
    if written is None:
        return None
    try:
        value = datetime.fromisoformat(written.replace("Z", "+00:00"))
    except ValueError:
        raise ContractError(f"{key} is {written[:40]!r}, expected an ISO instant") from None
    # older servers write UTC without saying so
    return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def _object(payload: Payload, key: str) -> tuple[dict[str, Any] | None, str]:
    """The JSON object in the text at `key`, {} for none; or None and what is wrong.

    The summary of a crashed run may be JSON text inside JSON text.
    """
    value = payload.get(key)
    for _ in range(2):
        if isinstance(value, str) and value:
            try:
                value = json.loads(value, strict=False)
            except ValueError:
                return None, f"{key} is no JSON"
    if value is None or value == "":
        return {}, ""
    return (value, "") if isinstance(value, dict) else (None, f"{key} is {type(value).__name__}, expected an object")


def _number(value: Any) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        return None
    return float(value)


def _find(summary: Mapping[str, Any], key: str) -> Any:
    """The value at `key`, where a dot may be a part of a name or lead into a nested value."""
    if key in summary:
        return summary[key]
    parts = key.split(".")
    for cut in range(len(parts) - 1, 0, -1):
        inner = summary.get(".".join(parts[:cut]))
        if isinstance(inner, Mapping):
            return _find(inner, ".".join(parts[cut:]))
    return None


def _values(summary: Mapping[str, Any], keys: Iterable[str]) -> dict[str, float]:
    found = {key: _number(_find(summary, key)) for key in sorted(keys)}
    return {key: number for key, number in found.items() if number is not None}


def _runtime(summary: Mapping[str, Any]) -> float | None:
    own = summary.get("_wandb")
    inner = _number(own.get("runtime")) if isinstance(own, Mapping) else None
    runtime = _number(summary.get("_runtime"))
    return inner if runtime is None else runtime


def _gpu_count(payload: Payload) -> int | None:
    info = payload.get("runInfo")
    count = info.get("gpuCount") if isinstance(info, Mapping) else None
    return count if isinstance(count, int) and not isinstance(count, bool) and count >= 0 else None


def _mean_of(system: Mapping[str, Any], patterns: Iterable[str]) -> float | None:
    wanted = tuple(patterns)
    numbers = [
        number
        for key, value in system.items()
        if any(fnmatchcase(key, pattern) for pattern in wanted) and (number := _number(value)) is not None
    ]
    return sum(numbers) / len(numbers) if numbers else None

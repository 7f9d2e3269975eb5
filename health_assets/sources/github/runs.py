"""Workflow runs: REST payloads -> one record an attempt, and whether a cancelled attempt had timed out."""

import re
from collections.abc import Iterable
from datetime import datetime

from health_assets.model.errors import ContractError
from health_assets.model.record import Record
from health_assets.model.time import iso
from health_assets.sources.fields import Payload, instant, optional, optional_instant, required
from health_assets.sources.github.answers import nodes
from health_assets.sources.github.records import RUN_TIMEOUTS, WORKFLOW_RUNS

TIME_LIMIT = re.compile(r"maximum\s+execution\s+time", re.IGNORECASE)


def run_key(run_id: int, attempt: int) -> str:
    """Natural key of an attempt."""
    return f"{run_id}/{attempt}"


def run_attempt(payload: Payload, *, default_branch: str, latest: int | None = None) -> Record:
    """The record of a workflow run payload, which stands for its attempt `run_attempt`.

    latest: the newest attempt of the run where this payload is an earlier one. Raises ContractError.
    """
    run_id, attempt = required(payload, "id", int), required(payload, "run_attempt", int)
    created, updated = instant(payload, "created_at"), instant(payload, "updated_at")
    status = required(payload, "status", str).lower()
    conclusion = optional(payload, "conclusion", str)
    completed = updated if status == "completed" else None
    path = required(payload, "path", str)
    return Record(
        kind=WORKFLOW_RUNS.name,
        key=run_key(run_id, attempt),
        # a completed reading outranks an unfinished one, whatever the clocks of GitHub's replicas say
        version=f"{int(completed is not None)}/{iso(updated)}/{latest or attempt:04d}",
        starts_at=created,
        ends_at=completed,
        data={
            "run_id": run_id,
            "attempt": attempt,
            "latest_attempt": latest or attempt,
            "node_id": required(payload, "node_id", str),
            "workflow_id": required(payload, "workflow_id", int),
            "workflow": optional(payload, "name", str) or path,
            "path": path,
            "event": required(payload, "event", str).lower(),
            "branch": optional(payload, "head_branch", str),
            "on_default_branch": is_on_default_branch(payload, default_branch=default_branch),
            "status": status,
            "conclusion": None if conclusion is None else conclusion.lower(),
            "created_at": created,
            "started_at": optional_instant(payload, "run_started_at") or (created if attempt == 1 else None),
            "completed_at": completed,
            "url": required(payload, "html_url", str),
        },
    )


def is_on_default_branch(payload: Payload, *, default_branch: str) -> bool:
    """True for a run of the repository's own default branch, not of a fork's branch of the same name."""
    own, head = optional(payload, "repository", dict), optional(payload, "head_repository", dict)
    if own is None:
        raise ContractError("repository is missing")
    return (
        payload.get("head_branch") == default_branch
        and str(payload.get("event", "")).lower() not in {"pull_request", "pull_request_target"}
        and head is not None
        and head.get("id") == own.get("id")
    )


def run_timeout(attempt: Record, suite: Payload | None) -> Record | None:
    """For a cancelled attempt, whether its CheckSuite node proves a timeout; None where that cannot be told."""
    if suite is None or suite.get("checkRuns") is None:
        return None
    stopped = _of_attempt(nodes(suite, "checkRuns"), attempt.data["started_at"], attempt.data["completed_at"])
    proof = exceeded_time_limit(stopped)
    if proof is None:
        return None
    return Record(
        kind=RUN_TIMEOUTS.name,
        key=attempt.key,
        version="1",
        starts_at=attempt.starts_at,
        ends_at=attempt.starts_at,
        data={
            "run_id": attempt.data["run_id"],
            "attempt": attempt.data["attempt"],
            "created_at": attempt.starts_at,
            "timed_out": proof,
        },
    )


def exceeded_time_limit(stopped: Iterable[Payload]) -> bool | None:
    """True when an annotation of the stopped check runs says so, False when all were read and none does, else None."""
    unread = False
    for run in stopped:
        if run.get("annotations") is None:
            unread = True
        elif any(TIME_LIMIT.search(required(note, "message", str)) for note in nodes(run, "annotations")):
            return True
    return None if unread else False


def _of_attempt(stopped: Iterable[Payload], begun: datetime | None, ended: datetime | None) -> list[Payload]:
    # a suite lists the check runs of every attempt; only those that ran during this one speak about it
    return [
        run
        for run in stopped
        if ((start := optional_instant(run, "startedAt")) is None or ended is None or start <= ended)
        and ((end := optional_instant(run, "completedAt")) is None or begun is None or end >= begun)
    ]

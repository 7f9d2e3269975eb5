"""Check rollup of a merged pull request's head commit at the instant it was merged.

A StatusContext shows the newest status of its context only, so a status that was set again after the merge is not
known as of the merge and does not count; check runs are all listed with their own times.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from health_assets.model.record import Record
from health_assets.sources.fields import Payload, instant, optional, optional_instant, required
from health_assets.sources.github.answers import nodes
from health_assets.sources.github.records import MERGE_CHECKS

GOOD = frozenset({"SUCCESS", "NEUTRAL", "SKIPPED"})
BAD = frozenset({"FAILURE", "ERROR", "TIMED_OUT", "CANCELLED", "ACTION_REQUIRED", "STARTUP_FAILURE", "STALE"})


@dataclass(frozen=True, kw_only=True)
class CheckReading:
    """One check run or status; completed_at None = it never completed.

    workflow: id of the workflow it belongs to, empty outside of Actions: two workflows may have a check of one name.
    """

    name: str
    workflow: str = ""
    started_at: datetime
    completed_at: datetime | None
    conclusion: str | None


def merge_checks(node: Payload, *, number: int, merged_at: datetime) -> Record:
    """The record for a PullRequest node with its head commit's checks. Raises ContractError."""
    commits = nodes(node, "commits")
    readings = [] if not commits else list(_readings(required(commits[-1], "commit", dict)))
    state, unsuccessful = rollup_at(readings, at=merged_at)
    return Record(
        kind=MERGE_CHECKS.name,
        key=str(number),
        version="1",
        starts_at=merged_at,
        ends_at=merged_at,
        data={"number": number, "merged_at": merged_at, "state": state, "unsuccessful": unsuccessful},
    )


def rollup_at(readings: Iterable[CheckReading], *, at: datetime) -> tuple[str | None, list[str]]:
    """State of the newest run of each check begun by `at`, and the names of those that had not succeeded.

    failure wins over an unknown conclusion (None), that over pending, that over success; "none" without any check.
    """
    newest: dict[tuple[str, str], CheckReading] = {}
    for reading in sorted(readings, key=lambda reading: reading.started_at):
        if reading.started_at <= at:
            newest[reading.workflow, reading.name] = reading
    states = {key: _state(reading, at=at) for key, reading in newest.items()}
    unsuccessful = sorted(name for (_, name), state in states.items() if state != "success")
    for state in ("failure", None, "pending", "success"):
        if state in states.values():
            return state, unsuccessful
    return "none", []


def _state(reading: CheckReading, *, at: datetime) -> str | None:
    if reading.completed_at is None or reading.completed_at > at:
        return "pending"
    if reading.conclusion in BAD:
        return "failure"
    return "success" if reading.conclusion in GOOD else None


def _readings(commit: Payload) -> Iterator[CheckReading]:
    for suite in nodes(commit, "checkSuites") if commit.get("checkSuites") is not None else ():
        queued = instant(suite, "createdAt")
        workflow_run = optional(suite, "workflowRun", dict)
        workflow = required(required(workflow_run, "workflow", dict), "id", str) if workflow_run else ""
        for run in nodes(suite, "checkRuns") if suite.get("checkRuns") is not None else ():
            yield CheckReading(
                name=required(run, "name", str),
                workflow=workflow,
                started_at=optional_instant(run, "startedAt") or queued,
                completed_at=optional_instant(run, "completedAt"),
                conclusion=optional(run, "conclusion", str),
            )
    rollup = optional(commit, "statusCheckRollup", dict)
    for context in nodes(rollup, "contexts") if rollup is not None else ():
        if context.get("__typename") == "StatusContext":
            set_at, state = instant(context, "createdAt"), required(context, "state", str)
            waiting = state in {"PENDING", "EXPECTED"}
            yield CheckReading(
                name=required(context, "context", str),
                started_at=set_at,
                completed_at=None if waiting else set_at,
                conclusion=None if waiting else state,
            )

"""Fetch of one workspace: projects and sections as they are now, bugs as they changed since the last capture."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

import pandas as pd

from health_assets.model.errors import Cause
from health_assets.model.record import Batch, Coverage, Record, Rejection
from health_assets.model.source import FetchRequest
from health_assets.model.time import Day, day_at
from health_assets.sources.asana.client import Client
from health_assets.sources.asana.records import (
    BUG_SECTIONS,
    BUGS,
    PROJECTS,
    bug,
    bug_record,
    project,
    snapshot_record,
)
from health_assets.sources.asana.settings import Settings
from health_assets.sources.github.fields import read_each
from health_assets.sources.github.planning import changed_since, lookback_days

Facts = Mapping[str, Any]
"""The columns of a bug."""


@dataclass(frozen=True, kw_only=True)
class Plan:
    """What to read: the days that bugs are needed for, changes since when, or `whole`: everything in the project.

    today: the day whose snapshots are taken, None when only past days are asked for.
    """

    days: tuple[Day, ...]
    since: datetime | None
    whole: bool
    today: Day | None


def fetch(settings: Settings, request: FetchRequest) -> Batch:
    """All facts that make every day in request.days measurable as of min(its end, request.now).

    Makes no request when all days are settled. Raises SourceError with the number of requests made, and ConfigError
    when the token is not set.
    """
    plan = plan_fetch(request)
    if plan.since is None:
        return Batch(scope=request.scope, records=(), coverage=(), requests=0)
    workspace = settings.workspace(request.scope)
    client = Client(workspace, settings, deadline=request.deadline, meter=request.meter)
    try:
        projects, refused = _projects(client, plan)
        payloads = client.bugs(completed_since=plan.days[0].start, modified_since=None if plan.whole else plan.since)
        read = partial(bug, project_gid=workspace.bugs_project)
        bugs, rejections = read_each(BUGS.name, payloads, read, name="gid")
        if plan.whole:
            bugs += _gone(client, request, payloads)
    finally:
        client.close()
    held = {**_known(request, since=plan.days[0].start), **{record.key: record.data for record in bugs}}
    sections = [] if plan.today is None else _sections(plan.today, held.values())
    return Batch(
        scope=request.scope,
        records=(*projects, *bugs, *sections),
        coverage=_coverage(request.now, plan, projects=len(projects), sections=len(sections), bugs=held.values()),
        requests=client.requests,
        rejections=(*refused, *rejections),
        snapshots={} if plan.today is None else {kind.name: plan.today.key for kind in (PROJECTS, BUG_SECTIONS)},
    )


def plan_fetch(request: FetchRequest) -> Plan:
    """The plan for a request.

    The project is read as a whole where a needed day was never captured completely, and once an hour, because a task
    that was deleted or moved away is in no list of changes.
    """
    days = lookback_days(BUGS, request)
    covered = {} if request.refetch else request.known.coverage(BUGS.name)
    since = changed_since(days, covered, now=request.now, grace=BUGS.grace)
    held = [covered.get(day.key) for day in days]
    captures = [reading.captured_at for reading in held if reading is not None and not reading.truncated]
    hour = request.now.replace(minute=0, second=0, microsecond=0)
    today = day_at(request.now, request.zone)
    return Plan(
        days=days,
        since=since,
        whole=len(captures) < len(days) or max(captures) < hour,
        today=today if today in request.days else None,
    )


def _projects(client: Client, plan: Plan) -> tuple[list[Record], list[Rejection]]:
    if plan.today is None:
        return [], []
    return read_each(PROJECTS.name, client.projects(), partial(project, day=plan.today), name="gid")


def _gone(client: Client, request: FetchRequest, payloads: list[Any]) -> list[Record]:
    """Records of the tasks that were open and are in the project no more, ended now.

    Raises SourceError when Asana counts more open tasks than it listed: then they are not gone.
    """
    listed = {payload["gid"]: payload for payload in payloads if isinstance(payload, Mapping) and "gid" in payload}
    known = _known(request, since=request.now)
    missing = [facts for gid, facts in known.items() if gid not in listed and _is_open(facts)]
    if not missing and payloads:
        return []
    expected = client.open_bug_count()
    found = sum(not payload.get("completed") for payload in listed.values())
    if found < expected:
        raise client.failure(f"{found} of {expected} open tasks were listed", cause=Cause.INCOMPLETE)
    return [bug_record({**facts, "gone_at": request.now}, read_as_of=request.now) for facts in missing]


def _known(request: FetchRequest, *, since: datetime) -> dict[str, Facts]:
    """gid -> columns of the stored tasks that lived at or after `since`."""
    frame = request.known.records(BUGS.name, since=since)
    return {row["gid"]: {name: _plain(row[name]) for name in BUGS.columns} for _, row in frame.iterrows()}


def _plain(value: Any) -> Any:
    if pd.isna(value):
        return None
    return value.to_pydatetime() if isinstance(value, pd.Timestamp) else value


def _is_open(facts: Facts) -> bool:
    return facts["completed_at"] is None and facts["gone_at"] is None


def _sections(today: Day, bugs: Iterable[Facts]) -> list[Record]:
    return [snapshot_record(BUG_SECTIONS, day=today, data=facts) for facts in bugs if _is_open(facts)]


def _coverage(
    now: datetime, plan: Plan, *, projects: int, sections: int, bugs: Iterable[Facts]
) -> tuple[Coverage, ...]:
    facts = list(bugs)
    held = [
        Coverage(kind=BUGS.name, day=day.key, captured_at=now, fetched=sum(_lives_in(one, day) for one in facts))
        for day in plan.days
    ]
    if plan.today is not None:
        held += [
            Coverage(kind=kind.name, day=plan.today.key, captured_at=now, fetched=count)
            for kind, count in ((PROJECTS, projects), (BUG_SECTIONS, sections))
        ]
    return tuple(held)


def _lives_in(facts: Facts, day: Day) -> bool:
    end = facts["completed_at"] or facts["gone_at"]
    return bool(facts["created_at"] < day.end and (end is None or end >= day.start))

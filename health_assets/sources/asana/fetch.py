"""Fetch of one workspace: projects and sections as they are now, bugs as they changed since the last capture."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from functools import partial
from typing import Any

from health_assets.model.errors import Cause
from health_assets.model.record import Batch, Coverage, Record, Rejection
from health_assets.model.source import FetchRequest
from health_assets.model.time import Day
from health_assets.sources.asana.client import Client
from health_assets.sources.asana.planning import Plan, plan_fetch
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
from health_assets.sources.fields import read_each
from health_assets.sources.planning import alive_in
from health_assets.sources.stored import Data, stored_data


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


def _known(request: FetchRequest, *, since: datetime) -> dict[str, Data]:
    """gid -> columns of the stored tasks that lived at or after `since`."""
    return stored_data(request.known.records(BUGS.name, since=since), BUGS)


def _is_open(facts: Data) -> bool:
    return facts["completed_at"] is None and facts["gone_at"] is None


def _sections(today: Day, bugs: Iterable[Data]) -> list[Record]:
    return [snapshot_record(BUG_SECTIONS, day=today, data=facts) for facts in bugs if _is_open(facts)]


def _coverage(now: datetime, plan: Plan, *, projects: int, sections: int, bugs: Iterable[Data]) -> tuple[Coverage, ...]:
    spans = [(one["created_at"], one["completed_at"] or one["gone_at"]) for one in bugs]
    held = [Coverage(kind=BUGS.name, day=day.key, captured_at=now, fetched=alive_in(day, spans)) for day in plan.days]
    if plan.today is not None:
        held += [
            Coverage(kind=kind.name, day=plan.today.key, captured_at=now, fetched=count)
            for kind, count in ((PROJECTS, projects), (BUG_SECTIONS, sections))
        ]
    return tuple(held)

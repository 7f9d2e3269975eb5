"""Asana facts: the record kinds, and records from payloads. Unknown statuses are kept, in lower case."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from health_assets.model.errors import ContractError
from health_assets.model.record import Column, Mode, Record, RecordKind
from health_assets.model.time import Day
from health_assets.sources.fields import Payload, instant, optional, optional_instant, required

NO_STATUS = "none"

PROJECTS = RecordKind(
    source="asana",
    name="projects",
    mode=Mode.SNAPSHOT,
    description="Projects that are not archived, with the type of their current status update, by day.",
    columns={
        "gid": Column.TEXT,
        "name": Column.TEXT,
        "url": Column.TEXT,
        # on_track, at_risk, off_track, on_hold, complete, dropped; none without any status update
        "status": Column.TEXT,
    },
)

BUGS = RecordKind(
    source="asana",
    name="bugs",
    mode=Mode.ENTITY,
    lookback=timedelta(days=30),
    description="Tasks of the bugs project with their creation and completion.",
    columns={
        "gid": Column.TEXT,
        "name": Column.TEXT,
        "url": Column.TEXT,
        "created_at": Column.TIME,
        "completed_at": Column.TIME,
        # when it was found to be no longer in the project: deleted or moved away
        "gone_at": Column.TIME,
        # as of the latest reading
        "section": Column.TEXT,
    },
)

BUG_SECTIONS = RecordKind(
    source="asana",
    name="bug_sections",
    mode=Mode.SNAPSHOT,
    description="The section of each open task of the bugs project, by day; a past day cannot be read again.",
    columns={
        "gid": Column.TEXT,
        "name": Column.TEXT,
        "url": Column.TEXT,
        "created_at": Column.TIME,
        "section": Column.TEXT,
    },
)

KINDS = (PROJECTS, BUGS, BUG_SECTIONS)


def project(payload: Payload, *, day: Day) -> Record | None:
    """The record of a project as listed, None for an archived one. Raises ContractError."""
    if required(payload, "archived", bool):
        return None
    update = optional(payload, "current_status_update", dict)
    status = NO_STATUS if update is None else required(update, "status_type", str).lower()
    return snapshot_record(PROJECTS, day=day, data={**_named(payload), "status": status})


def bug(payload: Payload, *, project_gid: str) -> Record:
    """The record of a task as listed. Raises ContractError."""
    created, completed = instant(payload, "created_at"), optional_instant(payload, "completed_at")
    if required(payload, "completed", bool) is not (completed is not None):
        raise ContractError("completed and completed_at do not agree")
    modified = instant(payload, "modified_at")
    data = {
        **_named(payload),
        "created_at": created,
        "completed_at": completed,
        "gone_at": None,
        "section": _section(payload, project_gid),
    }
    return bug_record(data, read_as_of=modified)


def bug_record(data: Mapping[str, Any], *, read_as_of: datetime) -> Record:
    """The record of a task from its columns; `read_as_of` orders the readings of one task."""
    ends = [moment for moment in (data["completed_at"], data["gone_at"]) if moment is not None]
    return Record(
        kind=BUGS.name,
        key=data["gid"],
        version=read_as_of.isoformat(timespec="microseconds"),
        starts_at=data["created_at"],
        ends_at=min(ends, default=None),
        data=data,
    )


def snapshot_record(kind: RecordKind, *, day: Day, data: Mapping[str, Any]) -> Record:
    """A row of the day's snapshot, keyed by gid."""
    # equal from tick to tick where nothing changed, so that the store rewrites only what did
    return Record(
        kind=kind.name,
        key=f"{day.key}/{data['gid']}",
        version=day.key,
        starts_at=day.start,
        ends_at=day.end,
        data={column: data[column] for column in kind.columns},
    )


def _named(payload: Payload) -> dict[str, Any]:
    return {
        "gid": required(payload, "gid", str),
        "name": optional(payload, "name", str),
        "url": optional(payload, "permalink_url", str),
    }


def _section(payload: Payload, project_gid: str) -> str | None:
    """Name of the task's section in the project; None when it is in none."""
    for membership in required(payload, "memberships", list):
        place = required({"membership": membership}, "membership", dict)
        if required(required(place, "project", dict), "gid", str) == project_gid:
            section = optional(place, "section", dict)
            return None if section is None else optional(section, "name", str)
    return None

"""The measures of Asana: pure functions of a View.

Counts and ages of bugs follow from when tasks were created and completed, for any T. Sections and project statuses are
what was recorded on the day itself.
"""

from collections.abc import Callable, Collection
from datetime import timedelta
from typing import Any

import pandas as pd

from health_assets.model.metric import EVIDENCE_LIMIT, Evidence, Family, History, Measure, Measurement
from health_assets.model.reason import Reason
from health_assets.sources.view import View

PROJECTS = Family(source="asana", name="projects", title="Projects")
BUGS = Family(source="asana", name="bugs", title="Bugs")
FAMILIES = (PROJECTS, BUGS)

THE_DAY = timedelta(0)
DAY_SECONDS = 86_400
WEEK = timedelta(days=7)
MONTH = timedelta(days=30)

Row = Any
"""A named tuple of a frame's row."""


def _recorded(family: Family, name: str, *, unit: str, kind: str) -> Callable[[Measure], Measure]:
    return family.metric(name, unit=unit, needs={kind: THE_DAY}, history=History.RECORDED)


def snapshot(view: View, kind: str) -> pd.DataFrame:
    """The rows of `kind` that were read on the view's day."""
    frame = view.records(kind)
    return frame[frame["key"].str.startswith(f"{view.day.key}/")]


def open_bugs(view: View) -> pd.DataFrame:
    """Tasks created at or before T and neither completed nor gone by then, oldest first, with `age` in days."""
    bugs = view.records("bugs")
    ended = (bugs["completed_at"] <= view.at) | (bugs["gone_at"] <= view.at)
    found = bugs[(bugs["created_at"] <= view.at) & ~ended].sort_values(["created_at", "gid"])
    return found.assign(age=(view.at - found["created_at"]).dt.total_seconds() / DAY_SECONDS)


def shown(rows: pd.DataFrame, *, note: Callable[[Row], str], at: str = "") -> list[Evidence]:
    """The first rows as evidence; `at` names the column of their instant, if they have one."""
    return [_piece(row, note=note(row), at=at) for row in rows.head(EVIDENCE_LIMIT).itertuples(index=False)]


def _piece(row: Row, *, note: str, at: str) -> Evidence:
    return Evidence(
        label=row.gid if pd.isna(row.name) else row.name[:80],
        url="" if pd.isna(row.url) else row.url,
        at=getattr(row, at).to_pydatetime() if at else None,
        note=note,
    )


def counted(rows: pd.DataFrame, *, of: pd.DataFrame, note: Callable[[Row], str], at: str = "") -> Measurement:
    """The number of `rows`, found among the rows `of`."""
    return Measurement.of(len(rows), samples=len(of), evidence=shown(rows, note=note, at=at), total=len(rows))


def _of_status(view: View, status: str) -> Measurement:
    projects = snapshot(view, "projects")
    return counted(projects[projects["status"] == status], of=projects, note=lambda row: row.status)


@_recorded(PROJECTS, "asana.projects.active", unit="project", kind="projects")
def active_count(view: View) -> Measurement:
    """Projects of the workspace that are not archived."""
    projects = snapshot(view, "projects")
    return counted(projects, of=projects, note=lambda row: row.status)


@_recorded(PROJECTS, "asana.projects.on_track", unit="project", kind="projects")
def on_track_count(view: View) -> Measurement:
    """Active projects whose current status update is on_track."""
    return _of_status(view, "on_track")


@_recorded(PROJECTS, "asana.projects.at_risk", unit="project", kind="projects")
def at_risk_count(view: View) -> Measurement:
    """Active projects whose current status update is at_risk."""
    return _of_status(view, "at_risk")


@_recorded(PROJECTS, "asana.projects.off_track", unit="project", kind="projects")
def off_track_count(view: View) -> Measurement:
    """Active projects whose current status update is off_track."""
    return _of_status(view, "off_track")


def _in_sections(view: View, names: Collection[str], *, inside: bool = True) -> Measurement:
    """Open tasks in one of the sections, or in none of them."""
    bugs = snapshot(view, "bug_sections")
    wanted = [name.casefold() for name in names]
    hit = bugs["section"].str.casefold().isin(wanted)
    rows = bugs[hit if inside else ~hit].sort_values("created_at")
    return counted(rows, of=bugs, at="created_at", note=lambda row: "" if pd.isna(row.section) else row.section)


@_recorded(BUGS, "asana.projects.bugs.triage_count", unit="task", kind="bug_sections")
def triage_count(view: View) -> Measurement:
    """Open tasks of the bugs project in the triage section."""
    return _in_sections(view, view.settings.triage_sections)


@_recorded(BUGS, "asana.projects.bugs.active_count", unit="task", kind="bug_sections")
def in_work_count(view: View) -> Measurement:
    """Open tasks of the bugs project in the active section."""
    return _in_sections(view, view.settings.active_sections)


@_recorded(BUGS, "asana.projects.bugs.backlog_count", unit="task", kind="bug_sections")
def backlog_count(view: View) -> Measurement:
    """Open tasks of the bugs project in the backlog section."""
    return _in_sections(view, view.settings.backlog_sections)


@_recorded(BUGS, "asana.projects.bugs.other_count", unit="task", kind="bug_sections")
def other_count(view: View) -> Measurement:
    """Open tasks of the bugs project in any other section."""
    named = view.settings
    return _in_sections(view, (*named.triage_sections, *named.active_sections, *named.backlog_sections), inside=False)


def _age(row: Row) -> str:
    return f"open for {int(row.age)} days"


@BUGS.metric("asana.projects.bugs.total_open", unit="task", needs={"bugs": THE_DAY})
def open_count(view: View) -> Measurement:
    """Tasks of the bugs project created at or before T and not completed at T."""
    bugs = view.once(open_bugs)
    return counted(bugs, of=bugs, at="created_at", note=_age)


def _happened(view: View, column: str, window: timedelta) -> Measurement:
    bugs = view.records("bugs")
    rows = view.within(bugs, column, window).sort_values([column, "gid"], ascending=False)
    return counted(rows, of=rows, at=column, note=lambda _: column.removesuffix("_at"))


@BUGS.metric("asana.projects.bugs.completed_7d", unit="task", needs={"bugs": WEEK})
def completed_7d_count(view: View) -> Measurement:
    """Tasks completed in (T-7d, T]."""
    return _happened(view, "completed_at", WEEK)


@BUGS.metric("asana.projects.bugs.completed_30d", unit="task", needs={"bugs": MONTH})
def completed_30d_count(view: View) -> Measurement:
    """Tasks completed in (T-30d, T]."""
    return _happened(view, "completed_at", MONTH)


@BUGS.metric("asana.projects.bugs.created_7d", unit="task", needs={"bugs": WEEK})
def created_7d_count(view: View) -> Measurement:
    """Tasks created in (T-7d, T], whether completed since or not."""
    return _happened(view, "created_at", WEEK)


NONE_OPEN = Measurement.missing(Reason.NO_DATA, "no bug was open")


@BUGS.metric("asana.projects.bugs.avg_age_days", unit="day", needs={"bugs": THE_DAY})
def average_age(view: View) -> Measurement:
    """Mean age at T of total_open. Missing when none."""
    bugs = view.once(open_bugs)
    return NONE_OPEN if bugs.empty else Measurement.of(bugs["age"].mean(), samples=len(bugs))


@BUGS.metric("asana.projects.bugs.oldest_bug_days", unit="day", needs={"bugs": THE_DAY})
def oldest_age(view: View) -> Measurement:
    """Age at T of the oldest of total_open. Missing when none."""
    bugs = view.once(open_bugs)
    if bugs.empty:
        return NONE_OPEN
    evidence = shown(bugs.head(1), note=_age, at="created_at")
    return Measurement.of(bugs["age"].max(), samples=len(bugs), evidence=evidence)

"""Bugs: counts and ages from when tasks were created and completed, for any T; sections as recorded on the day."""

from collections.abc import Collection
from datetime import timedelta

import pandas as pd

from health_assets.model.metric import Family, Measurement
from health_assets.model.reason import Reason
from health_assets.sources.asana.metrics.evidence import counted, title
from health_assets.sources.evidence import Row, evidence, text_of
from health_assets.sources.snapshots import THE_DAY, of_day, recorded
from health_assets.sources.view import View

FAMILY = Family(source="asana", name="bugs", title="Bugs")
DAY_SECONDS = 86_400
WEEK = timedelta(days=7)
MONTH = timedelta(days=30)
NONE_OPEN = Measurement.missing(Reason.NO_DATA, "no bug was open")


def open_bugs(view: View) -> pd.DataFrame:
    """Tasks created at or before T and neither completed nor gone by then, oldest first, with `age` in days."""
    bugs = view.records("bugs")
    ended = (bugs["completed_at"] <= view.at) | (bugs["gone_at"] <= view.at)
    found = bugs[(bugs["created_at"] <= view.at) & ~ended].sort_values(["created_at", "gid"])
    return found.assign(age=(view.at - found["created_at"]).dt.total_seconds() / DAY_SECONDS)


def _in_sections(view: View, names: Collection[str], *, inside: bool = True) -> Measurement:
    """Open tasks in one of the sections, or in none of them."""
    bugs = of_day(view, "bug_sections")
    wanted = [name.casefold() for name in names]
    hit = bugs["section"].str.casefold().isin(wanted)
    rows = bugs[hit if inside else ~hit].sort_values("created_at")
    return counted(rows, of=bugs, at="created_at", note=lambda row: text_of(row.section))


@recorded(FAMILY, "asana.projects.bugs.triage_count", unit="task", kind="bug_sections")
def triage_count(view: View) -> Measurement:
    """Open tasks of the bugs project in the triage section."""
    return _in_sections(view, view.settings.triage_sections)


@recorded(FAMILY, "asana.projects.bugs.active_count", unit="task", kind="bug_sections")
def in_work_count(view: View) -> Measurement:
    """Open tasks of the bugs project in the active section."""
    return _in_sections(view, view.settings.active_sections)


@recorded(FAMILY, "asana.projects.bugs.backlog_count", unit="task", kind="bug_sections")
def backlog_count(view: View) -> Measurement:
    """Open tasks of the bugs project in the backlog section."""
    return _in_sections(view, view.settings.backlog_sections)


@recorded(FAMILY, "asana.projects.bugs.other_count", unit="task", kind="bug_sections")
def other_count(view: View) -> Measurement:
    """Open tasks of the bugs project in any other section."""
    named = view.settings
    return _in_sections(view, (*named.triage_sections, *named.active_sections, *named.backlog_sections), inside=False)


def _age(row: Row) -> str:
    return f"open for {int(row.age)} days"


@FAMILY.metric("asana.projects.bugs.total_open", unit="task", needs={"bugs": THE_DAY})
def open_count(view: View) -> Measurement:
    """Tasks of the bugs project created at or before T and not completed at T."""
    bugs = view.once(open_bugs)
    return counted(bugs, of=bugs, at="created_at", note=_age)


def _happened(view: View, column: str, window: timedelta) -> Measurement:
    bugs = view.records("bugs")
    rows = view.within(bugs, column, window).sort_values([column, "gid"], ascending=False)
    return counted(rows, of=rows, at=column, note=lambda _: column.removesuffix("_at"))


@FAMILY.metric("asana.projects.bugs.completed_7d", unit="task", needs={"bugs": WEEK})
def completed_7d_count(view: View) -> Measurement:
    """Tasks completed in (T-7d, T]."""
    return _happened(view, "completed_at", WEEK)


@FAMILY.metric("asana.projects.bugs.completed_30d", unit="task", needs={"bugs": MONTH})
def completed_30d_count(view: View) -> Measurement:
    """Tasks completed in (T-30d, T]."""
    return _happened(view, "completed_at", MONTH)


@FAMILY.metric("asana.projects.bugs.created_7d", unit="task", needs={"bugs": WEEK})
def created_7d_count(view: View) -> Measurement:
    """Tasks created in (T-7d, T], whether completed since or not."""
    return _happened(view, "created_at", WEEK)


@FAMILY.metric("asana.projects.bugs.avg_age_days", unit="day", needs={"bugs": THE_DAY})
def average_age(view: View) -> Measurement:
    """Mean age at T of total_open. Missing when none."""
    bugs = view.once(open_bugs)
    return NONE_OPEN if bugs.empty else Measurement.of(bugs["age"].mean(), samples=len(bugs))


@FAMILY.metric("asana.projects.bugs.oldest_bug_days", unit="day", needs={"bugs": THE_DAY})
def oldest_age(view: View) -> Measurement:
    """Age at T of the oldest of total_open. Missing when none."""
    bugs = view.once(open_bugs)
    if bugs.empty:
        return NONE_OPEN
    shown = evidence(bugs.head(1), label=title, note=_age, at="created_at")
    return Measurement.of(bugs["age"].max(), samples=len(bugs), evidence=shown)

"""Code: how much of it the commits of a week changed."""

from collections.abc import Mapping, Sequence

import pandas as pd

from health_assets.model.metric import Family, Measurement
from health_assets.model.reason import Reason
from health_assets.sources.evidence import Row, evidence, rows_of
from health_assets.sources.github.metrics.developers import commits_last_week
from health_assets.sources.github.metrics.evidence import commit_label
from health_assets.sources.github.metrics.timeline import facts
from health_assets.sources.github.records import WEEK
from health_assets.sources.view import View

FAMILY = Family(source="github", name="code", title="Code")
LAST_WEEK = {"commits": WEEK}


def _lines(view: View, column: str) -> Measurement:
    commits = view.once(commits_last_week)
    if unknown := int(commits[column].isna().sum()):
        return Measurement.missing(Reason.TRUNCATED, f"the {column} of {unknown} of {len(commits)} commits are unknown")
    largest = commits.sort_values([column, "sha"], ascending=[False, True])
    shown = evidence(
        largest, label=commit_label, at="committed_at", note=lambda row: f"{getattr(row, column)} {column}"
    )
    return Measurement.of(int(commits[column].sum()), samples=len(commits), evidence=shown, total=len(commits))


@FAMILY.metric("github.code.lines_added_7d", unit="line", needs=LAST_WEEK)
def lines_added(view: View) -> Measurement:
    """Additions summed over the default branch's commits with committer date in (T-7d, T]."""
    return _lines(view, "additions")


@FAMILY.metric("github.code.lines_deleted_7d", unit="line", needs=LAST_WEEK)
def lines_deleted(view: View) -> Measurement:
    """Deletions summed over the default branch's commits with committer date in (T-7d, T]."""
    return _lines(view, "deletions")


def _paths(row: Row, known: Mapping[str, Sequence[str]]) -> Sequence[str] | None:
    """Paths of a commit: those of the pull request that brought it, else its own; None when neither is known."""
    by_pull_request = None if pd.isna(row.pull_request) else known.get(f"#{row.pull_request}")
    return by_pull_request if by_pull_request is not None else known.get(row.sha)


@FAMILY.metric("github.code.files_changed_7d", unit="file", needs={"commits": WEEK, "changed_files": WEEK})
def files_changed(view: View) -> Measurement:
    """Distinct paths changed by the default branch's commits with committer date in (T-7d, T]: the paths of the pull
    request that brought a commit, or the commit's own where it came without one."""
    commits = view.once(commits_last_week)
    changes = facts(view, "changed_files").dropna(subset="paths")
    known = dict(zip(changes["origin"], changes["paths"], strict=True))
    paths = [_paths(row, known) for row in rows_of(commits)]
    if unknown := sum(found is None for found in paths):
        return Measurement.missing(Reason.TRUNCATED, f"the paths of {unknown} of {len(commits)} commits are unknown")
    distinct = {path for found in paths for path in found or ()}
    sized = commits.assign(files=[len(found or ()) for found in paths])
    largest = sized.sort_values(["files", "sha"], ascending=[False, True])
    shown = evidence(largest, label=commit_label, at="committed_at", note=lambda row: f"{row.files} files")
    return Measurement.of(len(distinct), samples=len(commits), evidence=shown, total=len(commits))

"""Commits of the default branch: how many, and which of them repair, undo or were forced."""

import re

import numpy as np
import pandas as pd

from health_assets.model.metric import Family, Measurement
from health_assets.model.reason import Reason
from health_assets.sources.evidence import Row, counted, evidence
from health_assets.sources.github.metrics import developers
from health_assets.sources.github.metrics.developers import commits_last_week
from health_assets.sources.github.metrics.evidence import commit_label, numbered
from health_assets.sources.github.metrics.timeline import carries, facts
from health_assets.sources.github.records import WEEK
from health_assets.sources.view import View

FAMILY = Family(source="github", name="commits", title="Commits")
LAST_WEEK = {"commits": WEEK}

HOTFIX = re.compile(r"\bhot[- ]?fix\b", re.IGNORECASE)
# What git, GitHub's button and conventional commits write; "Reapply" undoes a revert and is none.
REVERT = re.compile(r'revert(?: "|:|\()', re.IGNORECASE)

UNSUCCESSFUL = frozenset({"failure", "error", "pending", "expected"})
UNOBJECTIONABLE = frozenset({"success", "none"})


def is_hotfix(subject: str) -> bool:
    """Whether a subject has the word hotfix, hot-fix or hot fix."""
    return HOTFIX.search(subject) is not None


def is_revert(subject: str) -> bool:
    """Whether a subject says that its commit reverts another; a mere mention does not."""
    return REVERT.match(subject) is not None


def _unknown(what: str, unknown: int, total: int) -> Measurement:
    return Measurement.missing(Reason.TRUNCATED, f"{what} of {unknown} of {total} are unknown")


@FAMILY.metric("github.commits.total_7d", unit="commit", needs=LAST_WEEK)
def total(view: View) -> Measurement:
    """Commits on the default branch with committer date in (T-7d, T]."""
    commits = view.once(commits_last_week)
    return counted(commits, samples=len(commits), label=commit_label, at="committed_at")


@FAMILY.metric("github.commits.per_developer_7d", unit="commit", needs=LAST_WEEK)
def per_developer(view: View) -> Measurement:
    """Commits on the default branch in (T-7d, T], bots' too, divided by the developers active in the same time.
    Missing when nobody was active."""
    commits = view.once(commits_last_week)
    active = developers.active_count(view)
    if active.value is None:
        return active
    if active.value == 0:
        return Measurement.missing(Reason.NO_DATA, "nobody was active in the 7 days")
    shown = evidence(commits, label=commit_label, at="committed_at")
    return Measurement.of(len(commits) / active.value, samples=len(commits), evidence=shown, total=len(commits))


@FAMILY.metric("github.commits.hotfix", unit="commit", needs={"commits": WEEK, "pull_requests": WEEK})
def hotfix_count(view: View) -> Measurement:
    """Commits on the default branch in (T-7d, T] whose subject has the word hotfix (hot-fix and hot fix too, any case;
    no part of a longer word), or whose pull request carries a configured hotfix label at T."""
    commits = view.once(commits_last_week)
    wanted = view.settings.hotfix_labels
    pull_requests = view.once(facts, "pull_requests")
    labels = dict(zip(pull_requests["number"], pull_requests["labels"], strict=True))
    notes: list[str | None] = []
    for subject, number in zip(commits["subject"], commits["pull_request"], strict=True):
        if not pd.isna(subject) and is_hotfix(subject):
            notes.append("subject")
            continue
        labelled = False if pd.isna(number) else carries(labels.get(number), wanted, view.at)
        if labelled:
            notes.append(f"label of #{number}")
        else:
            notes.append(None if labelled is None or pd.isna(subject) else "")
    if unknown := notes.count(None):
        return _unknown("subject or pull request labels", unknown, len(commits))
    noted = commits.assign(hotfix=pd.Series(notes, index=commits.index, dtype=object))
    return counted(
        noted[noted["hotfix"] != ""],
        samples=len(commits),
        label=commit_label,
        at="committed_at",
        note=lambda row: str(row.hotfix),
    )


@FAMILY.metric("github.commits.reverts", unit="commit", needs=LAST_WEEK)
def revert_count(view: View) -> Measurement:
    """Commits on the default branch in (T-7d, T] whose subject starts with Revert " or revert: or revert( in any case.
    A mere mention of the word does not count."""
    commits = view.once(commits_last_week)
    if unknown := int(commits["subject"].isna().sum()):
        return _unknown("the subjects", unknown, len(commits))
    reverts = commits[np.array([is_revert(subject) for subject in commits["subject"]], dtype=bool)]
    return counted(reverts, samples=len(commits), label=commit_label, at="committed_at")


def merged_into_default(view: View) -> pd.DataFrame:
    """Pull requests merged in (T-7d, T] that went, or may have gone, into the default branch, newest first.

    Adds state and unsuccessful of their merge checks, and `sure`: whether the target was the default branch.
    Merge checks exist for merges into the default branch only, so the bases of checked pull requests tell its name.
    """
    pull_requests = view.once(facts, "pull_requests")
    checks = facts(view, "merge_checks")
    checks = checks[checks["merged_at"] <= view.at].set_index("number")
    merged = view.within(pull_requests, "merged_at", WEEK).sort_values(["merged_at", "number"], ascending=False)
    checked = merged["number"].isin(checks.index)
    default = pull_requests.loc[pull_requests["number"].isin(checks.index), "base_ref"].dropna()
    merged = merged.join(checks[["state", "unsuccessful"]], on="number")
    merged = merged.assign(sure=checked | merged["base_ref"].isin(default))
    return merged[merged["sure"] | default.empty]


@FAMILY.metric(
    "github.commits.force_merge_7d", unit="pull_request", needs={"pull_requests": WEEK, "merge_checks": WEEK}
)
def force_merge_count(view: View) -> Measurement:
    """Pull requests merged into the default branch in (T-7d, T] although the check rollup of their head commit was
    failing, errored or pending when they were merged, or that carry a configured force-merge label at T. A head commit
    without any checks is no force merge."""
    merged = merged_into_default(view)
    wanted = view.settings.force_merge_labels
    labelled = [carries(labels, wanted, view.at) for labels in merged["labels"]]
    by_label = np.array([found is True for found in labelled], dtype=bool)
    label_unknown = np.array([found is None for found in labelled], dtype=bool)
    forced = merged["sure"] & (by_label | merged["state"].isin(UNSUCCESSFUL))
    unknown = ~forced & (~merged["sure"] | label_unknown | ~merged["state"].isin(UNOBJECTIONABLE))
    if unknown.any():
        return _unknown("the checks or labels at the merge", int(unknown.sum()), len(merged))
    return counted(merged[forced], samples=len(merged), label=numbered, at="merged_at", note=_why_forced)


def _why_forced(row: Row) -> str:
    if row.state not in UNSUCCESSFUL:
        return "labelled as a force merge"
    names = row.unsuccessful if isinstance(row.unsuccessful, list) else []
    return f"checks {row.state} when merged" + (f": {', '.join(names[:3])}" if names else "")

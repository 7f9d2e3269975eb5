"""Pull requests: how many, how fast, how well reviewed."""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

import numpy as np
import pandas as pd

from health_assets.model.metric import Family, Measurement
from health_assets.model.reason import Reason
from health_assets.model.time import parse_instant
from health_assets.sources.evidence import Row, counted, evidence
from health_assets.sources.github.metrics.evidence import numbered
from health_assets.sources.github.metrics.people import is_bot
from health_assets.sources.github.metrics.timeline import born, facts
from health_assets.sources.github.records import WEEK
from health_assets.sources.view import View

FAMILY = Family(source="github", name="prs", title="Pull requests")
AT_T = {"pull_requests": timedelta(0)}
LAST_WEEK = {"pull_requests": WEEK}
STALE_AFTER = timedelta(days=14)
SECONDS_AN_HOUR = 3600
NOTHING_MERGED = Measurement.missing(Reason.NO_DATA, "no pull request was merged in the 7 days")


def open_at_t(view: View) -> pd.DataFrame:
    """Pull requests open at T, oldest first; those whose closings are unknown are in it unless they were merged."""
    known = view.once(born, "pull_requests")
    still_open = known["closed_since"].isna() & ~(known["merged_at"] <= view.at)
    return known[still_open].sort_values(["created_at", "number"])


def merged_last_week(view: View) -> pd.DataFrame:
    """Pull requests merged in (T-7d, T], slowest first, with `hours` from creation to merge."""
    merged = view.within(view.once(facts, "pull_requests"), "merged_at", WEEK)
    hours = (merged["merged_at"] - merged["created_at"]).dt.total_seconds() / SECONDS_AN_HOUR
    return merged.assign(hours=hours).sort_values(["hours", "number"], ascending=[False, True])


def unread(frame: pd.DataFrame, what: str, known: "pd.Series[bool]") -> Measurement | None:
    """Missing, when `what` could not be read for some rows of `frame`; None when all are known."""
    unknown = int((~known).sum())
    if not unknown:
        return None
    return Measurement.missing(Reason.TRUNCATED, f"{what} of {unknown} of {len(frame)} pull requests are unknown")


def _age(view: View) -> Any:
    return lambda row: f"open for {(view.at - row.created_at).days} days"


def _hours(row: Row) -> str:
    return f"merged after {row.hours:.1f} h"


@FAMILY.metric("github.prs.open", unit="pull_request", needs=AT_T)
def open_count(view: View) -> Measurement:
    """Pull requests created at or before T and neither merged nor closed at T; one that was reopened is open again."""
    found = open_at_t(view)
    return unread(found, "the closings", found["history_known"]) or counted(
        found, samples=len(found), label=numbered, at="created_at", note=_age(view)
    )


@FAMILY.metric("github.prs.merged_7d", unit="pull_request", needs=LAST_WEEK)
def merged_count(view: View) -> Measurement:
    """Pull requests merged in (T-7d, T], into any branch."""
    merged = merged_last_week(view).sort_values(["merged_at", "number"], ascending=False)
    return counted(merged, samples=len(merged), label=numbered, at="merged_at", note=_hours)


@FAMILY.metric("github.prs.closed_without_merge_7d", unit="pull_request", needs=LAST_WEEK)
def closed_without_merge_count(view: View) -> Measurement:
    """Pull requests closed in (T-7d, T] without a merge and still closed at T."""
    known = view.once(born, "pull_requests")
    unmerged = known[~(known["merged_at"] <= view.at)]
    closed = view.within(unmerged, "closed_since", WEEK).sort_values(["closed_since", "number"], ascending=False)
    return unread(unmerged, "the closings", unmerged["history_known"]) or counted(
        closed, samples=len(closed), label=numbered, at="closed_since"
    )


@FAMILY.metric("github.prs.avg_time_to_merge_hours", unit="hour", needs=LAST_WEEK)
def mean_hours_to_merge(view: View) -> Measurement:
    """Mean of merged_at - created_at over the pull requests merged in (T-7d, T]. Missing when there are none."""
    return _hours_to_merge(view, lambda hours: float(np.mean(hours)))


@FAMILY.metric("github.prs.cycle_time_hours", unit="hour", needs=LAST_WEEK)
def cycle_time_hours(view: View) -> Measurement:
    """90th percentile (linear) of merged_at - created_at over the pull requests merged in (T-7d, T].
    Missing when there are none."""
    return _hours_to_merge(view, lambda hours: float(np.percentile(hours, 90)))


def _hours_to_merge(view: View, statistic: Any) -> Measurement:
    merged = merged_last_week(view)
    if merged.empty:
        return NOTHING_MERGED
    shown = evidence(merged, label=numbered, at="merged_at", note=_hours)
    return Measurement.of(statistic(merged["hours"]), samples=len(merged), evidence=shown, total=len(merged))


@FAMILY.metric("github.prs.stale_count_14d", unit="pull_request", needs=AT_T)
def stale_count(view: View) -> Measurement:
    """Pull requests open at T that were created at or before T-14d."""
    open_now = open_at_t(view)
    stale = open_now[open_now["created_at"] <= view.at - STALE_AFTER]
    return unread(stale, "the closings", stale["history_known"]) or counted(
        stale, samples=len(open_now), label=numbered, at="created_at", note=_age(view)
    )


def first_review(
    reviews: Iterable[Sequence[Any]], *, author: str | None, at: datetime, bots: Collection[str]
) -> datetime | None:
    """Earliest review or review comment at or before `at` by a person other than `author`; None without one.

    A bot's review does not count: one that comes within a minute would make every first review look fast.
    """
    by_others = [
        parse_instant(submitted)
        for submitted, reviewer, flagged, _ in reviews
        if submitted is not None and reviewer != author and not is_bot(reviewer, flagged=bool(flagged), bots=bots)
    ]
    return min((instant for instant in by_others if instant <= at), default=None)


def _reviewed(view: View, merged: pd.DataFrame) -> pd.DataFrame:
    """`merged` with `wait`, the hours from creation to the first review by somebody else, NaN without one."""
    authors = (None if pd.isna(author) else author for author in merged["author"])
    first = [
        first_review(reviews, author=author, at=view.at, bots=view.settings.bots)
        for reviews, author in zip(merged["reviews"], authors, strict=True)
    ]
    at = pd.Series(first, index=merged.index, dtype=merged["created_at"].dtype)
    return merged.assign(wait=(at - merged["created_at"]).dt.total_seconds() / SECONDS_AN_HOUR)


@FAMILY.metric("github.prs.with_review_comments_pct", unit="percent", needs=LAST_WEEK)
def reviewed_percent(view: View) -> Measurement:
    """Share of the pull requests merged in (T-7d, T] that have, at T, a review or review comment by a person other
    than the author; bots' reviews do not count. Missing when none was merged."""
    merged = merged_last_week(view)
    if merged.empty:
        return NOTHING_MERGED
    if missing := unread(merged, "the reviews", merged["reviews"].notna()):
        return missing
    wait = _reviewed(view, merged)["wait"]
    without = merged[wait.isna()].sort_values(["merged_at", "number"], ascending=False)
    shown = evidence(without, label=numbered, at="merged_at", note=lambda _: "merged without a review")
    share = 100 * float(wait.notna().sum()) / len(merged)
    return Measurement.of(share, samples=len(merged), evidence=shown, total=len(without))


@FAMILY.metric("github.prs.avg_comments_per_pr", unit="comment", needs=LAST_WEEK)
def mean_comments(view: View) -> Measurement:
    """Mean number of comments at T (conversation and review comments, bots' too) per pull request merged in (T-7d, T].
    Missing when none was merged."""
    merged = merged_last_week(view)
    if merged.empty:
        return NOTHING_MERGED
    if missing := unread(merged, "the comments", merged["reviews"].notna() & merged["comments"].notna()):
        return missing
    talked = [
        sum(1 for at, *_ in comments if parse_instant(at) <= view.at)
        + sum(n for at, _, _, n in reviews if at is not None and parse_instant(at) <= view.at)
        for comments, reviews in zip(merged["comments"], merged["reviews"], strict=True)
    ]
    most = merged.assign(talked=talked).sort_values(["talked", "number"], ascending=[False, True])
    shown = evidence(most, label=numbered, at="merged_at", note=lambda row: f"{row.talked} comments")
    return Measurement.of(float(np.mean(talked)), samples=len(merged), evidence=shown, total=len(merged))


@FAMILY.metric("github.prs.time_to_first_review_hours", unit="hour", needs=LAST_WEEK)
def median_hours_to_first_review(view: View) -> Measurement:
    """Median of first review - created_at over the pull requests merged in (T-7d, T] that were reviewed at T by a
    person other than the author; bots' reviews do not count. Missing when there are none."""
    merged = merged_last_week(view)
    if missing := unread(merged, "the reviews", merged["reviews"].notna()):
        return missing
    reviewed = _reviewed(view, merged).dropna(subset="wait").sort_values(["wait", "number"], ascending=[False, True])
    if reviewed.empty:
        return Measurement.missing(Reason.NO_DATA, "no pull request merged in the 7 days was reviewed by somebody else")
    shown = evidence(reviewed, label=numbered, at="merged_at", note=lambda row: f"first review after {row.wait:.1f} h")
    median = float(np.median(reviewed["wait"]))
    return Measurement.of(median, samples=len(reviewed), evidence=shown, total=len(reviewed))

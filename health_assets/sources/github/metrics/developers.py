"""Developers: the people behind the commits of a week."""

import numpy as np
import pandas as pd

from health_assets.model.metric import Family, Measurement
from health_assets.model.reason import Reason
from health_assets.sources.evidence import counted, text_of
from health_assets.sources.github.metrics.evidence import commit_label
from health_assets.sources.github.metrics.people import is_bot
from health_assets.sources.github.metrics.timeline import facts
from health_assets.sources.github.records import WEEK
from health_assets.sources.view import View

FAMILY = Family(source="github", name="developers", title="Developers")


def commits_last_week(view: View) -> pd.DataFrame:
    """Commits on the default branch with committer date in (T-7d, T], newest first."""
    recent = view.within(facts(view, "commits"), "committed_at", WEEK)
    return recent.sort_values(["committed_at", "sha"], ascending=False)


def commits_of_people(view: View) -> pd.DataFrame:
    """Last week's commits, newest first, without those of bots."""
    commits = view.once(commits_last_week)
    flags = commits["author_is_bot"].isin([True])
    by_people = [
        not is_bot(text_of(author), flagged=flagged, bots=view.settings.bots)
        for author, flagged in zip(commits["author"], flags, strict=True)
    ]
    return commits[np.array(by_people, dtype=bool)]


@FAMILY.metric("github.developers.active_7d", unit="developer", needs={"commits": WEEK})
def active_count(view: View) -> Measurement:
    """Distinct authors of the default branch's commits with committer date in (T-7d, T]. Bots are no developers:
    accounts GitHub calls so, logins ending in [bot], configured ones."""
    commits = commits_of_people(view)
    if unknown := int(commits["author"].isna().sum()):
        return Measurement.missing(Reason.TRUNCATED, f"the authors of {unknown} of {len(commits)} commits are unknown")
    authors = commits["author"].str.casefold()
    newest = commits[~authors.duplicated()]
    sizes = authors.value_counts()
    return counted(
        # The commit stands for its author: an address or a name has no place on a page.
        newest.assign(person=authors),
        samples=len(commits),
        label=commit_label,
        at="committed_at",
        note=lambda row: f"newest of {sizes[row.person]} commits by its author",
    )

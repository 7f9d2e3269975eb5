"""What dated events say about an instant: what is known, open, closed or labelled at T."""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from typing import Any

import pandas as pd

from health_assets.model.time import parse_instant
from health_assets.sources.view import View

INSTANTS = pd.DatetimeTZDtype(unit="us", tz="UTC")


def facts(view: View, kind: str) -> pd.DataFrame:
    """The records of `kind`, the newest reading of each key, in no particular order."""
    frame = view.records(kind)
    if frame["key"].is_unique:
        return frame
    return frame.sort_values(["key", "version"]).drop_duplicates("key", keep="last")


def closed_since(closures: Iterable[Sequence[str | None]], at: datetime) -> datetime | None:
    """Since when something is closed at `at`; None while it is open.

    closures: (closed_at, reopened_at or None) in ISO text; closed from closed_at up to, not including, reopened_at.
    """
    for closed, reopened in closures:
        since = parse_instant(str(closed))
        if since <= at and (reopened is None or parse_instant(reopened) > at):
            return since
    return None


def born(view: View, kind: str) -> pd.DataFrame:
    """Pull requests or issues created at or before T, with `closed_since` and `history_known` as of T.

    closed_since: datetime64[us, UTC], NaT while open. history_known: False where the closings could not be read.
    """
    frame = facts(view, kind)
    frame = frame[frame["created_at"] <= view.at]
    known = frame["closures"].notna()
    since = [closed_since(closures, view.at) for closures in frame.loc[known, "closures"]]
    return frame.assign(
        closed_since=pd.Series(since, index=frame.index[known], dtype=INSTANTS).reindex(frame.index),
        history_known=known,
    )


def labels_at(labels: Iterable[Sequence[str | None]], at: datetime) -> frozenset[str]:
    """Labels carried at `at`, in lower case. labels: (label, from, until or None); from is inside, until is not."""
    return frozenset(
        str(label).casefold()
        for label, since, until in labels
        if parse_instant(str(since)) <= at and (until is None or parse_instant(until) > at)
    )


def carries(labels: Any, wanted: Collection[str], at: datetime) -> bool | None:
    """Whether one of `wanted` (any case) is carried at `at`; None when the labels could not be read (no list)."""
    if not wanted:
        return False
    if not isinstance(labels, list):
        return None
    return not labels_at(labels, at).isdisjoint(label.casefold() for label in wanted)

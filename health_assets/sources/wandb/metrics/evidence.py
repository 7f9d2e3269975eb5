"""Runs as evidence, and the three shapes that most measures have: a number of runs, a mean, a share."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pandas as pd

from health_assets.model.metric import EVIDENCE_LIMIT, Evidence, Measurement
from health_assets.model.reason import Reason

Row = Any
"""A named tuple of a frame's row."""


def evidence(runs: pd.DataFrame, *, note: Callable[[Row], str] | None = None) -> list[Evidence]:
    """The first EVIDENCE_LIMIT runs with their end, or their creation while active."""
    return [_piece(row, note or _state) for row in runs.head(EVIDENCE_LIMIT).itertuples(index=False)]


def counted(runs: pd.DataFrame, *, of: pd.DataFrame) -> Measurement:
    """The number of `runs`. of: the runs looked at, which must not depend on how many others are stored."""
    return Measurement.of(len(runs), samples=len(of), evidence=evidence(runs), total=len(runs))


def mean(runs: pd.DataFrame, values: Sequence[float | None], *, what: str) -> Measurement:
    """The mean of the values that are known, one a run; missing when none is."""
    known = runs.assign(value=np.array(values, dtype="float64"))["value"].dropna()
    if known.empty:
        return Measurement.missing(Reason.NO_DATA, f"{what}: none of {len(runs)} runs has a value")
    telling = runs.loc[known.index].assign(value=known)
    shown = evidence(telling, note=lambda row: f"{row.value:g}")
    return Measurement.of(float(known.mean()), samples=len(known), evidence=shown, total=len(telling))


def success_percent(good: pd.DataFrame, bad: pd.DataFrame) -> Measurement:
    """good / (good + bad) * 100, with the bad ones as evidence; missing when both are empty."""
    total = len(good) + len(bad)
    if not total:
        return Measurement.missing(Reason.NO_DATA, "no run ended finished, failed, crashed or killed in the 24 hours")
    return Measurement.of(len(good) / total * 100, samples=total, evidence=evidence(bad), total=len(bad))


def _state(row: Row) -> str:
    return "active" if row.active else str(row.state)


def _piece(row: Row, note: Callable[[Row], str]) -> Evidence:
    at = row.created_at if row.active else row.ended_at
    return Evidence(label=str(row.name), url=str(row.url), at=at.to_pydatetime(), note=note(row))

"""Runs as evidence, and the three shapes that most measures have: a number of runs, a mean, a share."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from health_assets.model.metric import Evidence, Measurement
from health_assets.model.reason import Reason
from health_assets.sources import evidence as shared
from health_assets.sources.evidence import Row, Text

#: Column of runs_at(): the end of a run, or its creation while it is active.
AT = "shown_at"


def run_name(row: Row) -> str:
    """Label of a run."""
    return str(row.name)


def state(row: Row) -> str:
    """The state of a run at T: the final one once it ended."""
    return "active" if row.active else str(row.state)


def evidence(runs: pd.DataFrame, *, note: Text = state) -> list[Evidence]:
    """The first runs with their end, or their creation while active."""
    return shared.evidence(runs, label=run_name, at=AT, note=note)


def counted(runs: pd.DataFrame, *, of: pd.DataFrame) -> Measurement:
    """The number of `runs`. of: the runs looked at, which must not depend on how many others are stored."""
    return shared.counted(runs, samples=len(of), label=run_name, at=AT, note=state)


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

"""Workflow runs as they stood at T: one row a run, with the attempt that had concluded last.

The listing of GitHub gives the newest attempt of a run only, and running a run again replaces its conclusion. As of T
the conclusion is that of the newest attempt completed at or before T; while a new attempt runs, the last one holds.
"""

from datetime import timedelta

import pandas as pd

from health_assets.model.metric import Measurement
from health_assets.model.reason import Reason
from health_assets.sources.github.metrics.timeline import facts
from health_assets.sources.view import View

FAILED = frozenset({"failure", "timed_out", "startup_failure"})


def runs_at(view: View, kind: str) -> pd.DataFrame:
    """Runs of `kind` created at or before T, newest first, with the columns of the attempt that had concluded last.

    attempt, conclusion, completed_at: of that attempt; 0, NA and NaT when no known attempt had concluded.
    possible: the newest attempt that may have concluded by T; above `attempt` where attempts in between are not known.
    unknown: the conclusion at T cannot be told, because of such a gap or because GitHub gave none.
    """
    attempts = facts(view, kind)
    attempts = attempts[attempts["created_at"] <= view.at].sort_values(["run_id", "attempt"])
    done = attempts["completed_at"] <= view.at
    concluded = attempts[done].drop_duplicates("run_id", keep="last")
    undecided = attempts[~attempts["run_id"].isin(concluded["run_id"])].drop_duplicates("run_id", keep="first")
    undecided = undecided.assign(attempt=0, conclusion=None, completed_at=None).astype(attempts.dtypes.to_dict())
    runs = pd.concat([concluded, undecided])

    last = runs.set_index("run_id")["attempt"]
    later = attempts[~done & (attempts["attempt"] > attempts["run_id"].map(last))]
    next_known = later.groupby("run_id")["attempt"].min()
    newest = attempts.groupby("run_id")[["attempt", "latest_attempt"]].max().max(axis=1)
    possible = (next_known - 1).reindex(newest.index).fillna(newest)
    runs = runs.assign(possible=runs["run_id"].map(possible))
    gap = runs["possible"] > runs["attempt"]
    nameless = (runs["attempt"] > 0) & runs["conclusion"].isna()
    return runs.assign(unknown=gap | nameless).sort_values(["created_at", "run_id"], ascending=False)


def runs_within(view: View, kind: str, window: timedelta) -> pd.DataFrame:
    """runs_at(view, kind) of the runs created in (T - window, T], newest first."""
    return view.within(view.once(runs_at, kind), "created_at", window)


def undecidable(unknown: int, total: int) -> Measurement | None:
    """Missing, when the conclusions of `unknown` of `total` runs at T cannot be told; None when all can."""
    if not unknown:
        return None
    return Measurement.missing(
        Reason.NOT_RECONSTRUCTIBLE,
        f"the conclusions of {unknown} of {total} runs are unknown: run again since, the earlier attempt is not known",
    )

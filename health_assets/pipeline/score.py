"""Score: observations -> scores, by the catalogue as it is now (design section 7)."""

from collections.abc import Collection, Sequence

import pandas as pd

from health_assets.model.fom import Fom
from health_assets.pipeline.runtime import Runtime
from health_assets.scoring.score import score_frame


def score(runtime: Runtime, foms: Sequence[Fom], *, days: Collection[str] | None = None) -> int:
    """Scores `foms` for `days` (every stored day when None) from the stored observations; how many scores changed.

    Pure arithmetic over one frame: restating a year after a threshold edit makes no request.
    """
    metrics = sorted({fom.metric for fom in foms})
    observations = runtime.store.read_observations(metrics=metrics, days=None if days is None else sorted(days))
    return runtime.store.write_scores(score_frame(foms, observations))


def outdated(runtime: Runtime, *, days: Collection[str]) -> list[Fom]:
    """The rows whose stored scores of `days` are not what the catalogue makes of the stored observations.

    That is so after an edit of the row, and after observations were measured anew without scoring them.
    """
    foms = runtime.project.foms
    metrics = sorted({fom.metric for fom in foms})
    fresh = score_frame(foms, runtime.store.read_observations(metrics=metrics, days=sorted(days)))
    stored = runtime.store.read_scores(foms=[fom.name for fom in foms], days=sorted(days))
    key, compared = ["fom", "scope", "day"], ["row_hash", "score", "value", "as_of", "reason"]
    both = fresh.merge(stored, on=key, how="left", suffixes=("", "_stored"))
    same = pd.Series(True, index=both.index)
    for column in compared:
        now, then = both[column], both[f"{column}_stored"]
        same &= (now == then) | (now.isna() & then.isna())
    stale = set(both.loc[~same, "fom"])
    return [fom for fom in foms if fom.name in stale]

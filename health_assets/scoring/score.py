"""Values to scores: pure, vectorised, and missing stays missing."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from health_assets.model.fom import Fom
from health_assets.model.reason import Reason

#: Decimals a score keeps. Interpolation leaves noise in the 16th (1 - 14/20 comes out as 0.29999999999999993), which
#: would turn a score that is exactly on a threshold into the worse colour.
SCORE_DECIMALS = 12

SCORE_COLUMNS = ("fom", "scope", "day", "score", "value", "reason", "as_of", "row_hash")

Floats = NDArray[np.float64]

_NOWHERE = np.array([], dtype=np.intp)


def score_values(fom: Fom, values: Floats) -> Floats:
    """Scores in [0, 1] of `values`, same shape: piecewise linear, flat outside, a step taken at its x.

    NaN and infinities give NaN: what is not a number has no score.
    """
    xs, scores = (np.array(column, dtype=np.float64) for column in zip(*fom.points, strict=True))
    known = np.isfinite(values)
    scored = np.interp(np.where(known, values, xs[0]), xs, scores)
    return np.where(known, np.clip(np.round(scored, SCORE_DECIMALS), 0.0, 1.0), np.nan)


def score_frame(foms: Sequence[Fom], observations: pd.DataFrame) -> pd.DataFrame:
    """One score row for each observation of a metric that one of `foms` scores, by FoM, then in the given order.

    observations: metric, scope, day, value (float64, NaN = missing), reason, as_of (UTC); further columns are ignored.
    Result: SCORE_COLUMNS, `score` and `value` float64. A missing observation keeps its reason. A value that is no
    finite number and has no reason becomes missing as `source_failed`, the reason that hides least.
    """
    by_metric = observations.groupby("metric", sort=False).indices
    places = [by_metric.get(fom.metric, _NOWHERE) for fom in foms]
    rows = observations.iloc[np.concatenate([_NOWHERE, *places])].reset_index(drop=True)
    values = rows["value"].to_numpy(dtype=np.float64, na_value=np.nan)
    # a reason beside a finite value would be contradictory: the reason wins, so that nothing doubtful gains a score
    explained = rows["reason"].notna().to_numpy(dtype=bool)
    known = np.isfinite(values) & ~explained
    usable = np.where(known, values, np.nan)
    counts = [len(place) for place in places]
    parts = np.split(usable, np.cumsum(counts)[:-1])
    scores = [score_values(fom, part) for fom, part in zip(foms, parts, strict=False)]
    reasons = rows["reason"].astype("str").where(known | explained, Reason.SOURCE_FAILED.value)
    return pd.DataFrame(
        {
            "fom": pd.Series(np.repeat([fom.name for fom in foms], counts), dtype="str"),
            "scope": rows["scope"].astype("str"),
            "day": rows["day"].astype("str"),
            "score": np.concatenate([usable[:0], *scores]),
            "value": usable,
            "reason": reasons.where(~known),
            "as_of": rows["as_of"],
            "row_hash": pd.Series(np.repeat([fom.row_hash for fom in foms], counts), dtype="str"),
        }
    )

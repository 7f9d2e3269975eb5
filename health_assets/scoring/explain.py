"""A row in words, and how far a value is from another colour."""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from health_assets.model.fom import Fom
from health_assets.scoring.points import Points
from health_assets.scoring.score import score_values


@dataclass(frozen=True, kw_only=True)
class Distance:
    """Where the colour changes: at raw value `at`, `change` away (signed). `better` tells the direction of the colour.

    With `better` the value has to reach `at`; without, it stays good up to `at` and gets worse beyond.
    """

    threshold: float
    at: float
    change: float
    better: bool


def distance_to_next_colour(fom: Fom, value: float | None, *, thresholds: tuple[float, ...]) -> Distance | None:
    """The nearest raw value at which the score crosses the next threshold: the one above it, or, once the value is in
    the best colour, the one it would fall below.

    thresholds: scores where the colours change, ascending; the colour rule belongs to grid. None where the value is
    missing or no raw value of this row crosses that threshold.
    """
    if value is None or not math.isfinite(value):
        return None
    score = float(score_values(fom, np.array([value], dtype=np.float64))[0])
    above = [threshold for threshold in thresholds if score < threshold]
    threshold = above[0] if above else thresholds[-1]
    crossings = list(_crossings(fom.points, threshold))
    if not crossings:
        return None
    at = min(crossings, key=lambda x: (abs(x - value), x))
    return Distance(threshold=threshold, at=at, change=at - value, better=bool(above))


def formula_text(fom: Fom) -> str:
    """The points in words, like "1 at <= 3, falling to 0 at >= 10". The grid puts a cell's numbers behind it."""
    points = _without_flat_ends(fom.points)
    (x, score), rest = points[0], points[1:]
    if not rest:
        return f"{score:g} always"
    parts = [f"{score:g} {'below' if rest[0][0] == x else 'at <='} {_number(x)}"]
    for place, ((x0, score0), (x1, score1)) in enumerate(pairwise(points), start=1):
        last = place == len(points) - 1
        at = f"{'>= ' if last else ''}{_number(x1)}"
        if x1 == x0:
            parts.append(f"{score1:g} from {_number(x1)}" + (" on" if last else ""))
        elif score1 == score0:
            parts.append(f"level to {_number(x1)}")
        else:
            parts.append(f"{'rising' if score1 > score0 else 'falling'} to {score1:g} at {at}")
    return ", ".join(parts)


def _crossings(points: Points, threshold: float) -> Iterator[float]:
    """Raw values where the curve passes between below `threshold` and at least `threshold`."""
    for (x0, score0), (x1, score1) in pairwise(points):
        if min(score0, score1) < threshold <= max(score0, score1):
            yield x0 if x1 == x0 else x0 + (threshold - score0) * (x1 - x0) / (score1 - score0)


def _without_flat_ends(points: Points) -> Points:
    """Outside its points a curve is flat anyway; points that only repeat that say nothing."""
    while len(points) > 1 and points[0][1] == points[1][1]:
        points = points[1:]
    while len(points) > 1 and points[-1][1] == points[-2][1]:
        points = points[:-1]
    return points


def _number(x: float) -> str:
    return f"{x:,.10g}"

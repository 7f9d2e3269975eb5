"""The points of a catalogue row: text or lists in, checked (x, score) pairs out."""

import math
from collections.abc import Iterable
from itertools import pairwise
from typing import Any

Points = tuple[tuple[float, float], ...]


def parse_points(raw: Any) -> Points:
    """Checked (x, score) pairs from "0:0 0.7:1" or [[0, 0], [0.7, 1]].

    x ascends, a step repeats one x once, every score lies in [0, 1]. Raises ValueError that names the pair at fault.
    """
    points = tuple(_numbers(pair, shown=shown) for pair, shown in _pairs(raw))
    if len(points) < 2:
        raise ValueError(f"needs 2 points or more, has {len(points)}")
    for x, score in points:
        if not 0.0 <= score <= 1.0:
            raise ValueError(f"score {score:g} at {x:g} is outside [0, 1]")
    xs = [x for x, _ in points]
    for before, after in pairwise(xs):
        if after < before:
            raise ValueError(f"{after:g} comes after {before:g}: x must ascend")
    for x in set(xs):
        if xs.count(x) > 2:
            raise ValueError(f"{x:g} appears {xs.count(x)} times; a step repeats an x once")
    if xs[0] == xs[-1]:
        raise ValueError(f"both points are at {xs[0]:g}: a step needs a point before or after it")
    return points


def _pairs(raw: Any) -> Iterable[tuple[Any, str]]:
    if isinstance(raw, str):
        return [(word.split(":"), word) for word in raw.split()]
    if isinstance(raw, list | tuple):
        return [(pair, repr(pair)) for pair in raw]
    raise ValueError(f"is {type(raw).__name__}, expected text or a list")


def _numbers(pair: Any, *, shown: str) -> tuple[float, float]:
    problem = f"{shown} is not an x:score pair of finite numbers"
    if not isinstance(pair, list | tuple) or len(pair) != 2:
        raise ValueError(problem)
    # float(True) is 1.0, and YAML reads a bare yes as True
    if any(isinstance(part, bool) or not isinstance(part, int | float | str) for part in pair):
        raise ValueError(problem)
    try:
        x, score = (float(part) for part in pair)
    except (ValueError, OverflowError):
        raise ValueError(problem) from None
    if not (math.isfinite(x) and math.isfinite(score)):
        raise ValueError(problem)
    return x, score

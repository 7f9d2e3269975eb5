"""The part of W&B's run filters (in MongoDB's form) that its documentation names."""

from collections.abc import Callable, Mapping
from typing import Any

#: Instants are ISO text in UTC with a Z; without its end such text sorts by time, also where it has microseconds.
_COMPARE: Mapping[str, Callable[[Any, Any], bool]] = {
    "$eq": lambda value, wanted: bool(value == wanted),
    "$ne": lambda value, wanted: bool(value != wanted),
    "$gt": lambda value, wanted: bool(_key(value) > _key(wanted)),
    "$gte": lambda value, wanted: bool(_key(value) >= _key(wanted)),
    "$lt": lambda value, wanted: bool(_key(value) < _key(wanted)),
    "$lte": lambda value, wanted: bool(_key(value) <= _key(wanted)),
    "$in": lambda value, wanted: value in wanted,
    "$nin": lambda value, wanted: value not in wanted,
}


def meets(facts: Mapping[str, Any], condition: Mapping[str, Any]) -> bool:
    """Whether a run's facts meet the filter. Raises ValueError for what is not known here."""
    return all(_meets_one(facts, key, wanted) for key, wanted in condition.items())


def _meets_one(facts: Mapping[str, Any], key: str, wanted: Any) -> bool:
    if key == "$or":
        return any(meets(facts, part) for part in wanted)
    if key == "$and":
        return all(meets(facts, part) for part in wanted)
    if key not in facts:
        raise ValueError(f"unknown filter field {key}")
    comparisons = wanted if isinstance(wanted, Mapping) else {"$eq": wanted}
    unknown = set(comparisons) - set(_COMPARE)
    if unknown:
        raise ValueError(f"unknown filter operator {', '.join(sorted(unknown))}")
    return all(_COMPARE[operator](facts[key], value) for operator, value in comparisons.items())


def _key(value: Any) -> Any:
    return value.removesuffix("Z") if isinstance(value, str) else value

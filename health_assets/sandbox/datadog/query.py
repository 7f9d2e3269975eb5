"""Queries over an account's series: `sum:a{env:prod} by {host}.as_count()`, and formulas over named ones.

A series is first put into buckets of time (mean, or sum of counts, or as .rollup says), then series are aggregated.
"""

import ast
import operator
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from statistics import fmean

from health_assets.sandbox.datadog.world import Account, Tags

Values = Mapping[int, float]
"""Second at which a bucket begins -> value."""
Groups = Mapping[tuple[str, ...], Values]
"""Tags of a group -> its values; without `by` one group without tags."""

_QUERY = re.compile(
    r"(?P<space>\w+):(?P<metric>[A-Za-z][\w.]*)\{(?P<filter>[^{}]*)\}(?:\s*by\s*\{(?P<by>[^{}]*)\})?"
    r"(?P<functions>(?:\.\w+\([^()]*\))*)"
)
_FUNCTION = re.compile(r"\.(\w+)\(([^()]*)\)")
_AGGREGATORS: Mapping[str, Callable[[Sequence[float]], float]] = {
    "avg": fmean,
    "sum": sum,
    "min": min,
    "max": max,
    "count": len,
}
_ROLLUPS: Mapping[str, Callable[[Sequence[float]], float]] = {**_AGGREGATORS, "last": lambda values: values[-1]}
DEFAULT_ZERO = "default_zero"
_OPERATORS: Mapping[type[ast.operator], Callable[[float, float], float]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
}


class InvalidQuery(ValueError):
    """What cannot be read as a query or formula."""


@dataclass(frozen=True, kw_only=True)
class Window:
    """Seconds [start, end) in buckets of `interval`, as seen at `now`."""

    start: int
    end: int
    interval: int
    now: int


def evaluate(account: Account, text: str, window: Window) -> Groups:
    """The groups of a metric query. Raises InvalidQuery."""
    found = _QUERY.fullmatch(text.strip())
    if found is None or found["space"] not in _AGGREGATORS:
        raise InvalidQuery(text)
    functions = dict(_FUNCTION.findall(found["functions"]))
    method, interval = _rollup(functions, window)
    keys = [key.strip() for key in (found["by"] or "").split(",") if key.strip()]
    buckets: dict[tuple[str, ...], dict[int, list[float]]] = {}
    wanted = partial(_matches, text=found["filter"])
    for tags, points in account.select(found["metric"], now=window.now, matches=wanted):
        group = buckets.setdefault(tuple(sorted(tag for tag in tags if tag.partition(":")[0] in keys)), {})
        for bucket, values in _bucketed(points, window, interval).items():
            group.setdefault(bucket, []).append(_ROLLUPS[method](values))
    space = _AGGREGATORS[found["space"]]
    return {group: {at: float(space(values)) for at, values in rows.items()} for group, rows in buckets.items()}


def combine(formula: str, named: Mapping[str, Groups]) -> Groups:
    """A formula over the groups of named queries; groups without tags go with each. Raises InvalidQuery."""
    try:
        tree = ast.parse(formula, mode="eval").body
    except SyntaxError:
        raise InvalidQuery(formula) from None
    names = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)} - {DEFAULT_ZERO}
    if not names or names - named.keys():
        raise InvalidQuery(formula)
    used = [named[name] for name in sorted(names)]
    result: dict[tuple[str, ...], Values] = {}
    for group in dict.fromkeys(group for groups in used for group in groups):
        rows = {name: groups.get(group, groups.get((), {})) for name, groups in named.items()}
        instants = sorted({at for name in rows for at in rows[name]})
        computed = {at: _value(tree, {name: values.get(at) for name, values in rows.items()}) for at in instants}
        result[group] = {at: value for at, value in computed.items() if value is not None}
    return result


def _rollup(functions: Mapping[str, str], window: Window) -> tuple[str, int]:
    default = "sum" if "as_count" in functions else "avg"
    method, _, interval = functions.get("rollup", default).partition(",")
    if method.strip() not in _ROLLUPS or (interval.strip() and not interval.strip().isdecimal()):
        raise InvalidQuery(f"rollup({method}, {interval})")
    return method.strip(), int(interval) if interval.strip() else window.interval


def _matches(tags: Tags, text: str) -> bool:
    wanted = [part.strip() for part in re.split(r",| AND ", text) if part.strip() not in ("", "*")]
    return all((part.lstrip("!") in tags) is not part.startswith("!") for part in wanted)


def _bucketed(points: Values, window: Window, interval: int) -> dict[int, list[float]]:
    buckets: dict[int, list[float]] = {}
    for at, value in sorted(points.items()):
        if window.start <= at < window.end:
            buckets.setdefault(at - at % interval, []).append(value)
    return buckets


def _value(node: ast.expr, named: Mapping[str, float | None]) -> float | None:
    match node:
        case ast.Constant(value=int() | float() as number):
            return float(number)
        case ast.Name(id=name) if name in named:
            return named[name]
        case ast.BinOp(left=left, op=sign, right=right) if type(sign) in _OPERATORS:
            first, second = _value(left, named), _value(right, named)
            if first is None or second is None or (isinstance(sign, ast.Div) and second == 0):
                return None
            return _OPERATORS[type(sign)](first, second)
        case ast.Call(func=ast.Name(id=function), args=[inner]) if function == DEFAULT_ZERO:
            return _value(inner, named) or 0.0
        case _:
            raise InvalidQuery(ast.unparse(node))

"""The query of a row as the API wants it: metric queries by name, and a formula over the names.

A row is written as Datadog's own editor shows a query, arithmetic and functions included. The API takes its parts:
`sum:a{*} / sum:b{*}` is the formula `query1 / query2` over two queries.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta

from health_assets.model.errors import CatalogueError
from health_assets.model.fom import Fom, Reduce

#: Points are read in buckets of this length: midnights of every timezone in use lie on a quarter of an hour.
BUCKET = timedelta(minutes=15)

_TERM = re.compile(
    r"""(?<![\w.])
    [a-z][a-z0-9]*:             # how series are aggregated: avg, sum, p95
    [A-Za-z][\w.]*\{[^{}]*\}    # the metric and its filter
    (?:\s*by\s*\{[^{}]*\})?
    (?:\.\w+\([^()]*\))*       # .as_count(), .rollup(max)
    """,
    re.VERBOSE,
)
_GROUPED = re.compile(r"\}\s*by\s*\{")
_ROLLUP = re.compile(r"\.rollup\(\s*\w+\s*,\s*([^)]*)\)")
EXAMPLE = "like datadog:sum:trace.http.request.errors{service:api}.as_count()"


@dataclass(frozen=True, kw_only=True)
class MetricQuery:
    """A query and who asks it: `name` is for messages. parts: what stands before, between and after the terms."""

    name: str
    text: str
    terms: tuple[str, ...]
    parts: tuple[str, ...]

    def formula(self, names: Iterable[str]) -> str:
        """The query with `names` in place of its terms."""
        head, *rest = self.parts
        return head + "".join(name + part for name, part in zip(names, rest, strict=True))


@dataclass(frozen=True, kw_only=True)
class Asked(MetricQuery):
    """A row's query; `name` is the row's. kind: where its points are kept."""

    metric: str
    kind: str
    reduce: Reduce
    unit: str


def asked_by(row: Fom) -> Asked:
    """The query of a catalogue row. Raises CatalogueError for one that cannot give one value a day."""
    if row.query is None:
        raise ValueError(f"{row.name} asks no query")
    text = row.query.text
    terms, parts = split(text)
    where = f"foms.{row.name}: metric: {text!r}"
    if not terms:
        raise CatalogueError(f"{where} is not a Datadog metric query", hint=f"write it {EXAMPLE}")
    if _GROUPED.search(text):
        hint = "leave `by {...}` out to have one value, or write one row a group, each with its own filter"
        raise CatalogueError(f"{where} gives a series for each group", hint=hint)
    for interval in _ROLLUP.findall(text):
        if not interval.strip().isdecimal() or int(interval) == 0 or int(BUCKET.total_seconds()) % int(interval):
            hint = "leave the interval out, as in .rollup(max): the row's `reduce` makes one value of the day"
            raise CatalogueError(f"{where}: its rollup does not divide {BUCKET.total_seconds():.0f} s", hint=hint)
    return Asked(
        name=row.name,
        text=text,
        terms=terms,
        parts=parts,
        metric=row.metric,
        kind="_".join(row.metric.split(".")[1:]),
        reduce=row.query.reduce,
        unit=row.query.unit,
    )


def split(text: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """(terms, what stands around them) of a query."""
    return tuple(match[0] for match in _TERM.finditer(text)), tuple(_TERM.split(text))


def numbered(queries: Sequence[MetricQuery]) -> tuple[dict[str, str], list[str]]:
    """(name -> metric query, one formula a query) for one request; a term that occurs twice is asked once."""
    names: dict[str, str] = {}
    formulas = [
        query.formula([names.setdefault(term, f"query{len(names) + 1}") for term in query.terms]) for query in queries
    ]
    return {name: term for term, name in names.items()}, formulas

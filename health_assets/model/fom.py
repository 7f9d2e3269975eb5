"""A Figure of Merit: one catalogue row that turns one raw metric into a score."""

import hashlib
import json
from dataclasses import dataclass
from enum import StrEnum


class Reduce(StrEnum):
    """How the points of a day become its one value."""

    AVG = "avg"
    SUM = "sum"
    MIN = "min"
    MAX = "max"
    LAST = "last"


@dataclass(frozen=True, kw_only=True)
class Query:
    """What a row without code asks a source for: the query in the source's own language, and the day's reduction."""

    text: str
    reduce: Reduce
    unit: str

    @property
    def fingerprint(self) -> str:
        """Part of the metric's name: values of an edited query never pass for values of the new one."""
        return hashlib.sha256(f"{self.reduce}\n{self.text}".encode()).hexdigest()[:6]


@dataclass(frozen=True, kw_only=True)
class Fom:
    """A catalogue row.

    points: (x, score) pairs, x ascending; piecewise linear, flat outside; a repeated x is a step, taken at x itself.
    condition: what the team wants, shown and not scored. why: where the points come from.
    query: where `metric` is not declared by a source but asked for by this row.
    """

    name: str
    label: str
    category: str
    metric: str
    points: tuple[tuple[float, float], ...]
    condition: str
    why: str
    enabled: bool = True
    query: Query | None = None

    @property
    def row_hash(self) -> str:
        """Changes exactly when the scoring changes: metric or points."""
        body = json.dumps([self.name, self.metric, self.points], separators=(",", ":"))
        return hashlib.sha256(body.encode()).hexdigest()[:12]

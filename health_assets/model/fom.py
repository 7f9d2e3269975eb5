"""A Figure of Merit: one catalogue row that turns one raw metric into a score."""

import hashlib
import json
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Fom:
    """A catalogue row.

    points: (x, score) pairs, x ascending; piecewise linear, flat outside; a repeated x is a step, taken at x itself.
    condition: what the team wants, shown and not scored. why: where the points come from.
    """

    name: str
    label: str
    category: str
    metric: str
    points: tuple[tuple[float, float], ...]
    condition: str
    why: str
    enabled: bool = True

    @property
    def row_hash(self) -> str:
        """Changes exactly when the scoring changes: metric or points."""
        body = json.dumps([self.name, self.metric, self.points], separators=(",", ":"))
        return hashlib.sha256(body.encode()).hexdigest()[:12]

"""Observations, scores and collections as they are stored and read back."""

from dataclasses import dataclass
from datetime import datetime

from health_assets.model.metric import Evidence
from health_assets.model.reason import Reason


@dataclass(frozen=True, kw_only=True)
class Observation:
    """The value of one raw metric for one day and scope, or why there is none. `as_of` is T."""

    metric: str
    scope: str
    day: str
    value: float | None
    reason: Reason | None
    detail: str
    samples: int
    as_of: datetime
    evidence: tuple[Evidence, ...] = ()
    evidence_total: int = 0


@dataclass(frozen=True, kw_only=True)
class Score:
    """FoM(observation) in [0, 1], or the observation's reason. `row_hash` names the catalogue row that scored it."""

    fom: str
    scope: str
    day: str
    score: float | None
    value: float | None
    reason: Reason | None
    as_of: datetime
    row_hash: str


@dataclass(frozen=True, kw_only=True)
class Collection:
    """One attempt to collect one source for one day; what failed and why, and what it cost."""

    source: str
    day: str
    started_at: datetime
    duration_seconds: float
    requests: int
    errors: int
    metrics: int = 0
    failures: tuple[tuple[str, str, str], ...] = ()
    """(scope, cause, message) for each scope that failed."""
    rejected: int = 0

    @property
    def ok(self) -> bool:
        """True when every scope was read completely."""
        return not self.failures

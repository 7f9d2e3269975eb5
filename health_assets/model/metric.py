"""Metrics, their families, and what a measure returns."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Self

from health_assets.model.reason import Reason

EVIDENCE_LIMIT = 10


class History(StrEnum):
    """Whether a past day can be measured from timestamps, or only if it was recorded on that day."""

    RECONSTRUCTED = "reconstructed"
    RECORDED = "recorded"


@dataclass(frozen=True, kw_only=True)
class Evidence:
    """One record behind a value. `label` and `note` come from outside: escape them where they are shown."""

    label: str
    url: str = ""
    at: datetime | None = None
    note: str = ""


@dataclass(frozen=True, kw_only=True)
class Measurement:
    """A value with the number of records it rests on, or the reason why there is none."""

    value: float | None
    reason: Reason | None = None
    detail: str = ""
    samples: int = 0
    evidence: tuple[Evidence, ...] = ()
    evidence_total: int = 0

    @classmethod
    def of(cls, value: float, *, samples: int, evidence: Iterable[Evidence] = (), total: int | None = None) -> Self:
        """A known value. Keeps the first EVIDENCE_LIMIT pieces of evidence and counts all of them."""
        pieces = tuple(evidence)
        return cls(
            value=float(value),
            samples=samples,
            evidence=pieces[:EVIDENCE_LIMIT],
            evidence_total=len(pieces) if total is None else total,
        )

    @classmethod
    def missing(cls, reason: Reason, detail: str) -> Self:
        """No value, and why."""
        return cls(value=None, reason=reason, detail=detail)


Measure = Callable[[Any], Measurement]


@dataclass(frozen=True, kw_only=True)
class Metric:
    """A raw metric: exactly one row of the specification.

    needs: record kind -> window before T that must be covered for the value to be true (0 = the day itself).
    measure: pure function of a View (records as of T). None for metrics that the collection itself records.
    """

    name: str
    unit: str
    history: History
    definition: str
    needs: Mapping[str, timedelta]
    measure: Measure | None


@dataclass(frozen=True, kw_only=True)
class Family:
    """Metrics that are measured together and shown as one asset, `raw/<source>/<name>`."""

    source: str
    name: str
    title: str
    metrics: list[Metric] = field(default_factory=list)

    def metric(
        self, name: str, *, unit: str, needs: Mapping[str, timedelta], history: History = History.RECONSTRUCTED
    ) -> Callable[[Measure], Measure]:
        """Declares the decorated function as the measure of `name`; its docstring is the definition."""

        def declare(measure: Measure) -> Measure:
            definition = " ".join((measure.__doc__ or "").split())
            self.metrics.append(
                Metric(name=name, unit=unit, history=history, definition=definition, needs=needs, measure=measure)
            )
            return measure

        return declare


COLLECTOR_FAMILY = "collector"
_COLLECTOR_METRICS = (
    ("duration_seconds", "second", "Wall time of the source's last collection."),
    ("metric_count", "metric", "Values that the source's last collection produced."),
    ("error_count", "error", "Scopes that failed and payloads that were rejected in the source's last collection."),
    ("request_count", "request", "API requests that the source's last collection made."),
)


def collector_family(source: str, title: str) -> Family:
    """The collection's own metrics, which every source has; recorded by the pipeline, also when the source failed."""
    metrics = [
        Metric(
            name=f"collector.{source}.{measure}",
            unit=unit,
            history=History.RECORDED,
            definition=definition,
            needs={},
            measure=None,
        )
        for measure, unit, definition in _COLLECTOR_METRICS
    ]
    return Family(source=source, name=COLLECTOR_FAMILY, title=f"Health of the {title} collection", metrics=metrics)

"""Units and descriptions of what is sent, in Datadog's words."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from health_assets.datadog.cells import METRIC
from health_assets.model.fom import Fom
from health_assets.model.metric import Metric

#: Our unit -> Datadog's, where it has one of the same meaning. Others are told in the description.
UNITS = {
    "second": "second",
    "minute": "minute",
    "hour": "hour",
    "day": "day",
    "percent": "percent",
    "dollar": "dollar",
    "gibibyte": "gibibyte",
    "core": "core",
    "request": "request",
    "error": "error",
}
SCORE_UNIT = "fraction"
#: The length of a description that Datadog's own pages show whole.
LONGEST = 400


@dataclass(frozen=True, kw_only=True)
class Described:
    """A metric with its unit (empty = none of Datadog's) and description."""

    metric: str
    unit: str
    description: str


def descriptions(metrics: Iterable[Metric], foms: Iterable[Fom]) -> Iterator[Described]:
    """Raw metrics, FoMs and the grid's own metric."""
    for metric in metrics:
        unit = UNITS.get(metric.unit, "")
        told = metric.definition if unit else f"{metric.definition} (unit: {metric.unit.replace('_', ' ')})"
        yield Described(metric=metric.name, unit=unit, description=told[:LONGEST])
    for fom in foms:
        told = f"{fom.label}: score of {fom.metric}, wanted {fom.condition or 'see the page'}. {fom.why}"
        yield Described(metric=fom.name, unit=SCORE_UNIT, description=told[:LONGEST])
    told = "Cells of the health grid: tags fom, category and day (d0 = today, d-1 = yesterday)."
    yield Described(metric=METRIC, unit=SCORE_UNIT, description=told)

"""The points of a day as one value."""

from collections.abc import Callable, Mapping, Sequence

import pandas as pd

from health_assets.model.fom import Reduce
from health_assets.model.metric import Family, History, Measure, Measurement, Metric
from health_assets.model.reason import Reason
from health_assets.sources.datadog.queries import BUCKET, Asked
from health_assets.sources.evidence import evidence
from health_assets.sources.snapshots import THE_DAY
from health_assets.sources.view import View

MINUTES = BUCKET.seconds // 60
NO_POINTS = Measurement.missing(Reason.NO_DATA, f"no points in the {MINUTES} minute buckets complete at T")

#: How values, oldest first, become one.
REDUCED: Mapping[Reduce, Callable[[pd.Series], float]] = {
    Reduce.AVG: pd.Series.mean,
    Reduce.SUM: pd.Series.sum,
    Reduce.MIN: pd.Series.min,
    Reduce.MAX: pd.Series.max,
    Reduce.LAST: lambda values: values.iloc[-1],
}
WORDS: Mapping[Reduce, str] = {
    Reduce.AVG: "Mean",
    Reduce.SUM: "Sum",
    Reduce.MIN: "Smallest",
    Reduce.MAX: "Largest",
    Reduce.LAST: "Last",
}


def family_of(queries: Sequence[Asked]) -> Family:
    """The metrics that rows ask for."""
    return Family(
        source="datadog", name="queries", title="Queries of rows", metrics=[_metric(query) for query in queries]
    )


def points_until(view: View, kind: str) -> pd.DataFrame:
    """The points in the buckets of the view's day that are complete at T, oldest first."""
    points = view.records(kind)
    inside = (points["at"] >= view.day.start) & (points["at"] + BUCKET <= view.at)
    return points[inside].sort_values("at")


def _metric(query: Asked) -> Metric:
    return Metric(
        name=query.metric,
        unit=query.unit,
        history=History.RECONSTRUCTED,
        definition=f"{WORDS[query.reduce]} of the day's values of {query.text}, in buckets of {MINUTES} minutes that "
        "are complete at T. Missing when there are none.",
        needs={query.kind: THE_DAY},
        measure=_measure(query),
    )


def _measure(query: Asked) -> Measure:
    def measure(view: View) -> Measurement:
        points = points_until(view, query.kind)
        if points.empty:
            return NO_POINTS
        value = REDUCED[query.reduce](points["value"])
        shown = _decisive(points, query.reduce)
        return Measurement.of(
            value,
            samples=len(points),
            evidence=evidence(shown, label=lambda row: f"{row.value:.6g}", at="at"),
            total=len(points),
        )

    return measure


def _decisive(points: pd.DataFrame, reduce: Reduce) -> pd.DataFrame:
    """The points in the order in which they explain the value."""
    if reduce is Reduce.LAST:
        return points.iloc[::-1]
    return points.sort_values(["value", "at"], ascending=[reduce is Reduce.MIN, True])

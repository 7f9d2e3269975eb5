"""What was recorded on the day, and how it is counted and shown."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pandas as pd

from health_assets.model.metric import EVIDENCE_LIMIT, Evidence, Family, History, Measure, Measurement
from health_assets.model.reason import Reason
from health_assets.sources.view import View

TODAY = timedelta(0)


def recorded(family: Family, name: str, *, unit: str, kind: str = "instances") -> Callable[[Measure], Measure]:
    """Declares a metric that exists only where `kind` was recorded on the day."""
    return family.metric(name, unit=unit, needs={kind: TODAY}, history=History.RECORDED)


def of_day(view: View, kind: str) -> pd.DataFrame:
    """Rows of a snapshot kind that were recorded on the day of the view."""
    rows = view.records(kind)
    return rows[rows["key"].str.startswith(f"{view.day.key}/")]


def living(view: View) -> pd.DataFrame:
    """Instances of the day that are not terminated."""
    rows = view.once(of_day, "instances")
    return rows[rows["state"] != "terminated"]


def running(view: View) -> pd.DataFrame:
    """Running instances of the day."""
    rows = view.once(of_day, "instances")
    return rows[rows["state"] == "running"]


def spot(view: View) -> pd.DataFrame:
    """Running spot instances of the day."""
    rows = view.once(running)
    return rows[rows["lifecycle"] == "spot"]


def instant_of(value: Any) -> datetime | None:
    """A time column's value; None when unknown."""
    return None if pd.isna(value) else value.to_pydatetime()


def counted(rows: pd.DataFrame, *, samples: int) -> Measurement:
    """The number of instances, the longest-lived ones as evidence."""
    oldest = rows.sort_values(["first_launch_at", "instance_id"])
    return Measurement.of(len(rows), samples=samples, evidence=instance_evidence(oldest), total=len(rows))


def instance_evidence(rows: pd.DataFrame) -> list[Evidence]:
    """The first EVIDENCE_LIMIT instances of `rows`."""
    return [_piece(row) for row in rows.head(EVIDENCE_LIMIT).itertuples(index=False)]


def _piece(row: Any) -> Evidence:
    cpu = "" if pd.isna(row.cpu_percent) else f", {row.cpu_percent:.1f}% CPU"
    return Evidence(
        label=row.instance_id,
        at=instant_of(row.first_launch_at),
        note=f"{row.instance_type}, {row.state}, {row.lifecycle}{cpu}",
    )


def unknown_of(what: str, rows: pd.DataFrame, unknown: pd.Series) -> Measurement:
    """Missing, because `what` is unknown of the instances where `unknown` holds."""
    types = ", ".join(sorted(set(rows.loc[unknown, "instance_type"]))[:5])
    detail = f"the {what} of {int(unknown.sum())} of {len(rows)} running instances is unknown: {types}"
    return Measurement.missing(Reason.TRUNCATED, detail)


def summed(rows: pd.DataFrame, column: str, *, what: str) -> Measurement:
    """The sum of a column, the largest instances as evidence; missing while one is unknown."""
    unknown = rows[column].isna()
    if unknown.any():
        return unknown_of(what, rows, unknown)
    largest = rows.sort_values([column, "instance_id"], ascending=[False, True])
    return Measurement.of(
        float(rows[column].sum()), samples=len(rows), evidence=instance_evidence(largest), total=len(rows)
    )

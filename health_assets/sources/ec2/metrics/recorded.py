"""What was recorded on the day, and sums over it that leave nothing out."""

import pandas as pd

from health_assets.model.metric import Measurement
from health_assets.model.reason import Reason
from health_assets.sources.ec2.metrics.evidence import instance_evidence
from health_assets.sources.snapshots import of_day
from health_assets.sources.view import View


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

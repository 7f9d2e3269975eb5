"""Cost: what the running instances cost an hour at list and spot prices, without discounts, savings plans or EBS."""

import pandas as pd

from health_assets.model.metric import Family, Measurement
from health_assets.model.reason import Reason
from health_assets.sources.ec2.metrics.evidence import instance_evidence
from health_assets.sources.ec2.metrics.recorded import running, spot, summed, unknown_of
from health_assets.sources.snapshots import recorded
from health_assets.sources.view import View

FAMILY = Family(source="ec2", name="cost", title="EC2 list prices")
HOURS_A_MONTH = 730


def priced(view: View) -> pd.DataFrame:
    """Running instances with `price`: the current spot price of spot instances, the list price of the others."""
    rows = view.once(running)
    return rows.assign(price=rows["list_price"].mask(rows["lifecycle"] == "spot", rows["spot_price"]))


def _hourly(view: View) -> Measurement:
    return summed(view.once(priced), "price", what="price")


@recorded(FAMILY, "ec2.cost.running_hourly_estimate", unit="dollar", kind="instances")
def hourly_cost(view: View) -> Measurement:
    """Hourly list price (spot: current spot price) of the running instances; an instance type without a known price
    makes the value missing, never a flat guess."""
    return view.once(_hourly)


@recorded(FAMILY, "ec2.cost.monthly_estimate", unit="dollar", kind="instances")
def monthly_cost(view: View) -> Measurement:
    """The hourly estimate times 730."""
    hourly = view.once(_hourly)
    if hourly.value is None:
        return hourly
    value = hourly.value * HOURS_A_MONTH
    return Measurement.of(value, samples=hourly.samples, evidence=hourly.evidence, total=hourly.evidence_total)


@recorded(FAMILY, "ec2.cost.spot_savings_pct", unit="percent", kind="instances")
def spot_savings(view: View) -> Measurement:
    """Saving of the running spot instances against their on-demand price. Missing when none runs."""
    rows = view.once(spot)
    if rows.empty:
        return Measurement.missing(Reason.NO_DATA, "no spot instance runs")
    unknown = ~(rows["list_price"] > 0).fillna(False).astype(bool) | rows["spot_price"].isna()
    if unknown.any():
        return unknown_of("price", rows, unknown)
    saving = 1 - float(rows["spot_price"].sum()) / float(rows["list_price"].sum())
    return Measurement.of(saving * 100, samples=len(rows), evidence=instance_evidence(rows), total=len(rows))

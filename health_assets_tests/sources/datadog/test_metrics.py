"""Measures over points that are given, as of any T."""

from datetime import timedelta

import pandas as pd
import pytest

from health_assets.model.reason import Reason
from health_assets.sources.view import View
from health_assets_tests.sources.datadog.accounts import MINUTE, SITE, TODAY, row, settings_for, source_for

POINTS = ((-15, 7.0), (0, 1.0), (15, 2.0), (60, 4.0), (24 * 60 - 15, 8.0), (24 * 60, 16.0))


def measured(reduce="sum", *, at, points=POINTS):
    """The value at T of points (minutes after midnight, value) that are all known already."""
    source = source_for({"health.additional.row0.fom": row(reduce=reduce)})
    instants = pd.Series([TODAY.start + minutes * MINUTE for minutes, _ in points], dtype="datetime64[us, UTC]")
    values = pd.Series([value for _, value in points], dtype="float64")
    frames = {source.kinds[0].name: pd.DataFrame({"at": instants, "value": values})}
    settings = settings_for("http://127.0.0.1:1")
    (metric,) = source.families[0].metrics
    assert metric.measure is not None
    return metric.measure(View(day=TODAY, at=at, scope=SITE, frames=frames, settings=settings))


@pytest.mark.parametrize(
    ("minutes", "value"), [(15, 1.0), (29, 1.0), (30, 3.0), (74, 3.0), (75, 7.0), (24 * 60 - 1, 7.0), (24 * 60, 15.0)]
)
def test_only_buckets_of_the_day_that_are_complete_at_t_count(minutes, value):
    assert value == measured(at=TODAY.start + minutes * MINUTE).value


def test_before_the_first_bucket_is_complete_there_is_nothing_to_measure():
    missing = measured(at=TODAY.start + timedelta(minutes=14))
    assert (None, Reason.NO_DATA) == (missing.value, missing.reason)


@pytest.mark.parametrize(("reduce", "value"), [("avg", 3.75), ("sum", 15.0), ("min", 1.0), ("max", 8.0), ("last", 8.0)])
def test_each_reduction_is_what_it_says(reduce, value):
    found = measured(reduce, at=TODAY.end)
    assert (value, 4) == (found.value, found.samples)


def test_a_sum_of_zeros_is_a_zero_that_was_measured():
    found = measured(at=TODAY.end, points=((0, 0.0), (15, 0.0)))
    assert (0.0, 2, None) == (found.value, found.samples, found.reason)

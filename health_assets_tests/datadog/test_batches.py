"""Points in bodies that the intake takes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from health_assets.datadog import batches as module
from health_assets.datadog.batches import batches, sizes
from health_assets.model.publication import Point


def points(count: int) -> list[Point]:
    """One point of each of so many series."""
    return [
        Point(metric=f"lab.things_{number}", tags=("env:test",), at=1_000, value=float(number))
        for number in range(count)
    ]


def test_a_day_is_one_body():
    assert [300] == [len(batch) for batch in batches(points(300))]


def test_nothing_is_no_body():
    assert [] == list(batches([]))


@given(count=st.integers(1, 200), limit=st.integers(2_000, 20_000))
def test_every_body_is_below_the_limit_and_none_is_lost(count, limit):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "BODY_BYTES", limit)
        found = list(batches(points(count)))
    assert limit >= max(sizes(batch)[0] for batch in found)
    assert [f"lab.things_{number}" for number in range(count)] == sorted(
        (series["metric"] for batch in found for series in batch), key=lambda name: int(name.rsplit("_", 1)[1])
    )


def test_the_points_of_a_series_go_together_in_time_order():
    later, earlier = (Point(metric="lab.things", tags=("a:b",), at=at, value=at / 10) for at in (20, 10))
    ((series,),) = batches([later, earlier])
    assert [{"timestamp": 10, "value": 1.0}, {"timestamp": 20, "value": 2.0}] == series["points"]


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_what_is_no_number_is_never_a_point(value):
    with pytest.raises(ValueError, match="is not a value"):
        Point(metric="lab.things", tags=(), at=0, value=value)


def test_units_are_told_where_they_are_known():
    ((known, unknown),) = batches(points(2), units={"lab.things_0": "second"})
    assert ("second", None) == (known.get("unit"), unknown.get("unit"))

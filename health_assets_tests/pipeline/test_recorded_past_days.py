"""The demo's past days: what timestamps tell is as it was live, and what was not recorded on a day stays missing."""

from collections.abc import Iterator
from datetime import timedelta

import pytest

from health_assets.model.metric import History
from health_assets.model.reason import Reason
from health_assets.pipeline.collect import collect_side_by_side
from health_assets.pipeline.refresh import refresh
from health_assets.pipeline.runtime import Runtime
from health_assets_tests.pipeline.demo_stage import (
    AFTERNOON,
    HOUR,
    NAMES,
    DemoStage,
    Observed,
    demo_stage,
    differences,
    observed,
)

DAYS = 3
QUARTER = timedelta(minutes=15)
#: When a day is collected while it runs, in hours since its midnight.
HOURS = (4, 11.5, 21.25)


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DemoStage]:
    with demo_stage(tmp_path_factory.mktemp("demo")) as running:
        yield running


@pytest.fixture(scope="module")
def ticked(stage: DemoStage, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Runtime]:
    """Each day of three was collected while it ran, and once after its end."""
    with stage.runtime(tmp_path_factory.mktemp("live") / "health.db") as runtime:
        for day in runtime.days(DAYS, end=runtime.day(AFTERNOON)):
            for hour in HOURS:
                stage.clock.now = day.start + HOUR * hour
                done = dict(collect_side_by_side(runtime, NAMES, days=[day]))
                assert [] == [name for name, found in done.items() if not found.collection.ok]
            stage.clock.now = day.end + QUARTER
            refresh(runtime, days=runtime.days(2))
        yield runtime


@pytest.fixture(scope="module")
def filled(stage: DemoStage, ticked: Runtime, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Runtime]:
    """The same days and the one that has just begun, collected at once into an empty store."""
    with stage.runtime(tmp_path_factory.mktemp("filled") / "health.db") as runtime:
        refresh(runtime, days=runtime.days(DAYS + 1))
        yield runtime


def past(runtime: Runtime, name: str, history: History) -> Observed:
    """What is stored of the finished days about the metrics of a source that are reconstructed, or recorded."""
    declared = runtime.project.metrics()
    days = runtime.days(DAYS + 1)[:-1]
    return observed(runtime, name, days=days, which=lambda metric: declared[metric].history is history)


@pytest.mark.parametrize("name", NAMES)
def test_days_collected_live_end_as_one_backfill_of_them(name: str, ticked: Runtime, filled: Runtime) -> None:
    expected = past(ticked, name, History.RECONSTRUCTED)
    assert {} == differences(expected, past(filled, name, History.RECONSTRUCTED))
    assert any(seen is not None and seen.value is not None for seen in expected.values()) or not expected


@pytest.mark.parametrize("name", NAMES)
def test_a_past_day_of_a_recorded_metric_is_not_todays_value(name: str, filled: Runtime) -> None:
    expected = past(filled, name, History.RECORDED)
    assert {} == {
        key: seen for key, seen in expected.items() if seen is None or seen.reason is not Reason.NOT_RECONSTRUCTIBLE
    }


@pytest.mark.parametrize("name", NAMES)
def test_what_was_recorded_on_a_day_stays(name: str, ticked: Runtime) -> None:
    recorded = past(ticked, name, History.RECORDED)
    assert [] == [key for key, seen in recorded.items() if seen is None or seen.reason is Reason.NOT_RECONSTRUCTIBLE]


def test_every_source_has_either(ticked: Runtime) -> None:
    declared = ticked.project.metrics().values()
    assert {History.RECONSTRUCTED, History.RECORDED} == {metric.history for metric in declared}

"""Which days a tick of the schedule asks for, and when it is skipped."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo

import dagster as dg
import pytest

from health_assets.orchestration.build import build_definitions
from health_assets.orchestration.schedules import JOB, RANGE_END, RANGE_START, RUN_LIMIT, collect_schedule
from health_assets_tests.orchestration.test_definitions import CLOCK, project_with


@pytest.fixture(scope="module")
def opened() -> Iterator[dg.DagsterInstance]:
    # a schedule context cannot refer to an ephemeral instance
    with dg.instance_for_test() as opened:
        yield opened


@pytest.fixture
def instance(opened: dg.DagsterInstance) -> Iterator[dg.DagsterInstance]:
    """An instance without runs."""
    yield opened
    for run in opened.get_runs():
        opened.delete_run(run.run_id)


@cache
def repository(timezone: str) -> dg.RepositoryDefinition:
    return build_definitions(project_with(timezone=timezone), clock=CLOCK).get_repository_def()


def tick(at: datetime, instance: dg.DagsterInstance, *, timezone: str = "UTC") -> dg.RunRequest | dg.SkipReason:
    """What the schedule answers to one tick."""
    context = dg.build_schedule_context(
        instance=instance, scheduled_execution_time=at, repository_def=repository(timezone)
    )
    with dg.partition_loading_context(effective_dt=at):
        data = collect_schedule(timezone=timezone).evaluate_tick(context)
    if data.skip_message:
        return dg.SkipReason(data.skip_message)
    (request,) = data.run_requests or ()
    return request


def asked_days(answer: dg.RunRequest | dg.SkipReason) -> tuple[str, ...]:
    assert isinstance(answer, dg.RunRequest)
    if RANGE_START in answer.tags:
        return answer.tags[RANGE_START], answer.tags[RANGE_END]
    return (str(answer.partition_key),)


def test_it_ticks_every_quarter_of_an_hour_and_is_on_by_default() -> None:
    schedule = collect_schedule(timezone="Europe/Berlin")
    assert ("*/15 * * * *", "Europe/Berlin", JOB) == (
        schedule.cron_schedule,
        schedule.execution_timezone,
        schedule.job_name,
    )
    assert dg.DefaultScheduleStatus.RUNNING == schedule.default_status


@pytest.mark.parametrize(
    ("timezone", "local", "days"),
    [
        ("UTC", "2026-03-18T00:00", ("2026-03-17", "2026-03-18")),
        ("UTC", "2026-03-18T00:45", ("2026-03-17", "2026-03-18")),
        ("UTC", "2026-03-18T01:00", ("2026-03-18",)),
        ("UTC", "2026-03-18T23:45", ("2026-03-18",)),
        ("Europe/Berlin", "2026-03-18T00:15", ("2026-03-17", "2026-03-18")),
        ("Europe/Berlin", "2026-03-18T23:45", ("2026-03-18",)),
        # the days on which the clock jumps there: 23 and 25 hours long, at 2 and at 3 in the night
        ("Europe/Berlin", "2026-03-29T00:45", ("2026-03-28", "2026-03-29")),
        ("Europe/Berlin", "2026-03-29T01:45", ("2026-03-29",)),
        ("Europe/Berlin", "2026-03-29T03:00", ("2026-03-29",)),
        ("Europe/Berlin", "2026-03-30T00:00", ("2026-03-29", "2026-03-30")),
        ("Europe/Berlin", "2026-10-25T00:45", ("2026-10-24", "2026-10-25")),
        ("Europe/Berlin", "2026-10-25T02:30", ("2026-10-25",)),
        ("Europe/Berlin", "2026-10-26T00:15", ("2026-10-25", "2026-10-26")),
    ],
)
def test_a_tick_asks_for_today_and_in_the_first_hour_for_yesterday_too(
    timezone: str, local: str, days: tuple[str, ...], instance: dg.DagsterInstance
) -> None:
    at = datetime.fromisoformat(local).replace(tzinfo=ZoneInfo(timezone))
    assert days == asked_days(tick(at, instance, timezone=timezone))


def test_both_passes_of_an_hour_that_comes_twice_are_ticks_of_their_own(instance: dg.DagsterInstance) -> None:
    first = datetime(2026, 10, 25, 2, 30, tzinfo=ZoneInfo("Europe/Berlin"))
    answers = [tick(at, instance, timezone="Europe/Berlin") for at in (first, first.replace(fold=1))]
    assert 2 == len({answer.run_key for answer in answers if isinstance(answer, dg.RunRequest)})


@dg.job(name=JOB)
def collection() -> None:
    """Has the name of the collect job; the graph of the real one costs seconds to register."""


def at_work(instance: dg.DagsterInstance, *, status: dg.DagsterRunStatus) -> datetime:
    """Registers a collection in this state and returns when it was."""
    run = instance.create_run_for_job(collection, status=status)
    record = instance.get_run_record_by_id(run.run_id)
    assert record is not None
    return record.create_timestamp


@pytest.mark.parametrize("status", ["NOT_STARTED", "STARTING", "STARTED"])
def test_a_tick_is_skipped_while_a_young_collection_is_at_work(status: str, instance: dg.DagsterInstance) -> None:
    begun = at_work(instance, status=dg.DagsterRunStatus[status])
    answer = tick(begun + timedelta(minutes=15), instance)
    assert isinstance(answer, dg.SkipReason)
    assert status.lower() in str(answer.skip_message)


def test_a_collection_beyond_the_run_limit_stops_no_tick(instance: dg.DagsterInstance) -> None:
    begun = at_work(instance, status=dg.DagsterRunStatus.STARTED)
    assert isinstance(tick(begun + RUN_LIMIT, instance), dg.RunRequest)


@pytest.mark.parametrize("status", ["SUCCESS", "FAILURE", "CANCELED"])
def test_a_finished_collection_stops_no_tick(status: str, instance: dg.DagsterInstance) -> None:
    begun = at_work(instance, status=dg.DagsterRunStatus[status])
    assert isinstance(tick(begun + timedelta(minutes=1), instance), dg.RunRequest)

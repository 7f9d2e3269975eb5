"""Failed runs are told once for each cause, and that they are over; no error's text is told."""

from collections.abc import Iterator
from pathlib import Path

import dagster as dg
import pytest

from health_assets.orchestration.alerts import cause_of, run_sensors
from health_assets.orchestration.schedules import JOB
from health_assets.pipeline.alerts import tell_all_clear, tell_failure
from health_assets.sandbox import faults
from health_assets_tests.datadog.stage import Stage, staged

SECRET = "ghp_neverprinted"


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    """A store and a Datadog."""
    with staged(tmp_path) as opened:
        yield opened


@dg.op
def broken() -> None:
    raise LookupError(SECRET)


@dg.op
def works() -> None:
    pass


@dg.job(name=JOB)
def failing() -> None:
    broken()


@dg.job(name=JOB)
def succeeding() -> None:
    works()


def context_of(sensor: str, job: dg.JobDefinition, instance: dg.DagsterInstance) -> dg.RunStatusSensorContext:
    """What a sensor gets after a run of the job."""
    done = job.execute_in_process(instance=instance, raise_on_error=False)
    event = done.get_run_success_event() if done.success else done.get_run_failure_event()
    return dg.build_run_status_sensor_context(
        sensor_name=sensor, dagster_instance=instance, dagster_run=done.dagster_run, dagster_event=event
    )


def told(stage: Stage) -> list[tuple[str, str]]:
    """(kind, first line) of the events that Datadog got."""
    return [(event["alert_type"], event["text"].splitlines()[0]) for event in stage.intake.events]


def test_a_cause_is_told_once(stage):
    assert [True, False] == [tell_failure(stage.runtime, cause="step: KeyError", run_id=run) for run in ("a", "b")]
    assert [("error", "step: KeyError")] == told(stage)


def test_another_cause_is_told_beside_it(stage):
    for cause in ("step: KeyError", "step: OSError"):
        tell_failure(stage.runtime, cause=cause, run_id="a")
    assert ["step: KeyError", "step: OSError"] == [text for _, text in told(stage)]


def test_after_a_success_all_is_clear_and_the_cause_can_be_told_again(stage):
    tell_failure(stage.runtime, cause="step: KeyError", run_id="a")
    assert ("step: KeyError",) == tell_all_clear(stage.runtime, run_id="b")
    assert () == tell_all_clear(stage.runtime, run_id="c")
    assert ["error", "success"] == [kind for kind, _ in told(stage)]
    assert tell_failure(stage.runtime, cause="step: KeyError", run_id="d")


def test_a_datadog_that_is_down_stops_nothing(stage, caplog):
    stage.server.faults.add(faults.broken_connection(), path="/datadog/")
    assert tell_failure(stage.runtime, cause="step: KeyError", run_id="a")
    assert "Datadog was not told" in caplog.text


def test_the_sensors_tell_a_failed_run_and_its_end(stage):
    failed, succeeded = run_sensors(stage.runtime.project, clock=lambda: stage.now)
    with dg.DagsterInstance.ephemeral() as instance:
        failed(context_of("tell_failed_runs", failing, instance).for_run_failure())
        succeeded(context_of("tell_all_clear", succeeding, instance))
    assert [("error", "broken: LookupError"), "success"] == [told(stage)[0], told(stage)[1][0]]
    assert SECRET not in str(stage.intake.events)


def test_the_cause_is_the_step_and_the_class_of_its_error():
    with dg.DagsterInstance.ephemeral() as instance:
        context = context_of("tell_failed_runs", failing, instance).for_run_failure()
        assert "broken: LookupError" == cause_of(context)

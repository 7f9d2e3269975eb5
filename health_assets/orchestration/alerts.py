"""Sensors over runs: what failed is told once for each cause, with an all-clear."""

import dagster as dg
from dagster_shared.error import SerializableErrorInfo

from health_assets.orchestration.schedules import JOB
from health_assets.pipeline.alerts import tell_all_clear, tell_failure
from health_assets.pipeline.clock import Clock
from health_assets.pipeline.runtime import Project, open_runtime

INTERVAL_SECONDS = 30


def run_sensors(project: Project, *, clock: Clock) -> list[dg.SensorDefinition]:
    """One sensor for runs that fail, of any kind, and one for collections that succeed."""

    @dg.run_failure_sensor(
        name="tell_failed_runs",
        description="Tells a failed run once for each cause: to Datadog where it is configured, else to the log.",
        minimum_interval_seconds=INTERVAL_SECONDS,
        default_status=dg.DefaultSensorStatus.RUNNING,
    )
    def failed(context: dg.RunFailureSensorContext) -> None:
        with open_runtime(project, clock=clock) as runtime:
            tell_failure(runtime, cause=cause_of(context), run_id=context.dagster_run.run_id)

    @dg.run_status_sensor(
        name="tell_all_clear",
        run_status=dg.DagsterRunStatus.SUCCESS,
        description="After failed runs: tells that collections succeed again.",
        minimum_interval_seconds=INTERVAL_SECONDS,
        default_status=dg.DefaultSensorStatus.RUNNING,
    )
    def succeeded(context: dg.RunStatusSensorContext) -> None:
        if context.dagster_run.job_name == JOB:
            with open_runtime(project, clock=clock) as runtime:
                tell_all_clear(runtime, run_id=context.dagster_run.run_id)

    return [failed, succeeded]


def cause_of(context: dg.RunFailureSensorContext) -> str:
    """The steps that failed with the class of their error, or that the run itself did; never an error's text."""
    failures = [(event.step_key, event.step_failure_data.error) for event in context.get_step_failure_events()]
    steps = {f"{step}: {_innermost(error).cls_name}" for step, error in failures if error is not None}
    return ", ".join(sorted(steps)) or f"{context.dagster_run.job_name}: the run ended without a failed step"


def _innermost(error: SerializableErrorInfo) -> SerializableErrorInfo:
    """Dagster wraps what a step raised; the cause at the bottom is what happened."""
    return error if error.cause is None else _innermost(error.cause)

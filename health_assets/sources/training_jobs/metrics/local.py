"""Measures of local training: what happened in the 24 hours before T, by the times inside the documents."""

from health_assets.model.metric import Family, Measurement
from health_assets.sources.results.evidence import jobs_counted
from health_assets.sources.results.reading import DAY
from health_assets.sources.view import View

FAMILY = Family(source="training_jobs", name="local", title="Local training")


@FAMILY.metric("training.local.checkpoint_success_24h", unit="job", needs={"jobs": DAY})
def checkpoint_success_count(view: View) -> Measurement:
    """Local training jobs that wrote their 10k-step checkpoint in (T-24h, T]: the first one at or after the configured
    step (default 10,000), whatever became of the job afterwards."""
    jobs = view.records("jobs")
    local = jobs[jobs["where"] == "local"]
    wrote = view.within(local[local["checkpoint_step"] >= view.settings.checkpoint_step], "checkpoint_at", DAY)
    return jobs_counted(
        wrote, samples=len(wrote), at="checkpoint_at", note=lambda row: f"checkpoint at step {row.checkpoint_step:,}"
    )


@FAMILY.metric("training.local.resume_success_24h", unit="job", needs={"jobs": DAY})
def resume_success_count(view: View) -> Measurement:
    """Local training jobs that resumed from a checkpoint in (T-24h, T]."""
    jobs = view.records("jobs")
    resumed = view.within(jobs[jobs["where"] == "local"], "resumed_at", DAY)
    return jobs_counted(
        resumed, samples=len(resumed), at="resumed_at", note=lambda row: f"from step {row.resume_step:,}"
    )

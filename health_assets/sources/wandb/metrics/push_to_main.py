"""Push to main: the runs that a push to the main branch starts."""

from health_assets.model.metric import Family, Measure, Measurement
from health_assets.sources.view import View
from health_assets.sources.wandb.metrics.evidence import counted, mean, success_percent
from health_assets.sources.wandb.metrics.timeline import ended_within, failed, finished, selected, summary_value
from health_assets.sources.wandb.records import DAY

FAMILY = Family(source="wandb", name="push_to_main", title="Push to main")
LAST_DAY = {"runs": DAY}

#: metric -> (unit, field of settings.push_to_main_keys, the summary key unless configured otherwise)
SUMMARIES = {
    "overview.steps_per_second": ("step_per_second", "steps_per_second", "overview/steps_per_second"),
    "overview.epoch_steps_per_second": ("step_per_second", "epoch_steps_per_second", "overview/epoch_steps_per_second"),
    "overview.sps": ("step_per_second", "sps", "overview/sps"),
    "timing_cumulative.sps": ("step_per_second", "cumulative_sps", "timing_cumulative/sps"),
    "timing_per_epoch.sps": ("step_per_second", "epoch_sps", "timing_per_epoch/sps"),
    "heart.gained": ("heart", "hearts_gained", "env_agent/heart.gained"),
    "skypilot.queue_latency_s": ("second", "queue_latency", "skypilot/queue_latency_s"),
}


@FAMILY.metric("wandb.push_to_main.runs_completed_24h", unit="run", needs=LAST_DAY)
def completed(view: View) -> Measurement:
    """Push-to-main runs (configured selector) that ended finished in (T-24h, T]."""
    ended = ended_within(view, view.once(selected, "push_to_main"), DAY)
    return counted(finished(ended), of=ended)


@FAMILY.metric("wandb.push_to_main.runs_failed_24h", unit="run", needs=LAST_DAY)
def failures(view: View) -> Measurement:
    """Push-to-main runs that ended failed, crashed or killed in (T-24h, T]."""
    ended = ended_within(view, view.once(selected, "push_to_main"), DAY)
    return counted(failed(ended), of=ended)


@FAMILY.metric("wandb.push_to_main.success_rate_pct", unit="percent", needs=LAST_DAY)
def success_rate(view: View) -> Measurement:
    """Push-to-main runs that ended finished in (T-24h, T] as a share of those that ended finished, failed, crashed or
    killed, times 100. Missing when there are none."""
    ended = ended_within(view, view.once(selected, "push_to_main"), DAY)
    return success_percent(finished(ended), failed(ended))


@FAMILY.metric("wandb.push_to_main.avg_duration_hours", unit="hour", needs=LAST_DAY)
def mean_duration(view: View) -> Measurement:
    """Mean duration of the push-to-main runs that ended in (T-24h, T]."""
    ended = ended_within(view, view.once(selected, "push_to_main"), DAY)
    return mean(ended, ended["hours"].tolist(), what="duration")


def _last_summary(field: str, key: str) -> Measure:
    def measure(view: View) -> Measurement:
        last = ended_within(view, view.once(selected, "push_to_main"), DAY).head(1)
        keys = (getattr(view.settings.push_to_main_keys, field),)
        return mean(last, [summary_value(summary, keys) for summary in last["summary"]], what=keys[0])

    measure.__doc__ = (
        f"Summary value {key} (unless configured otherwise) of the push-to-main run that ended last in (T-24h, T]."
    )
    return measure


for _name, (_unit, _field, _key) in SUMMARIES.items():
    FAMILY.metric(f"wandb.push_to_main.{_name}", unit=_unit, needs=LAST_DAY)(_last_summary(_field, _key))

"""What the measures declare: exactly the metrics of the specification, each with unit, history and definition."""

from health_assets.model.metric import History
from health_assets.sources.skypilot.records import KINDS
from health_assets_tests.sources.skypilot.frames import METRICS

SPECIFIED = {
    "clusters.active": "cluster",
    **dict.fromkeys(
        ("jobs.queued", "jobs.running", "jobs.failed", "jobs.succeeded", "jobs.cancelled", "jobs.failed_7d"), "job"
    ),
    **{f"jobs.runtime_seconds.{statistic}": "second" for statistic in ("min", "max", "avg", "p50", "p90", "p99")},
    **{f"jobs.runtime_buckets.{bucket}": "job" for bucket in ("0_1h", "1_4h", "4_24h", "over_24h")},
    **{f"resources.gpus.{kind}_count": "gpu" for kind in ("l4", "a10g", "h100", "total")},
    "resources.spot_jobs": "job",
    "resources.ondemand_jobs": "job",
    "jobs.with_recoveries": "job",
    "jobs.recovery_count.avg": "recovery",
    "jobs.recovery_count.max": "recovery",
    **{f"regions.{region}": "job" for region in ("us_east_1", "us_west_2", "other")},
    "users.active_count": "user",
    "job.runtime_hours": "hour",
    "job.estimated_cost_hourly": "dollar",
    "job.gpu_count": "gpu",
    "job.queue_wait_seconds": "second",
    "job.setup_seconds": "second",
    "job.total_duration_hours": "hour",
    "job.total_cost_usd": "dollar",
    "job.time_to_failure_hours": "hour",
}


def test_the_families_hold_exactly_the_specified_metrics_and_units() -> None:
    assert {f"skypilot.{name}": unit for name, unit in SPECIFIED.items()} == {
        name: metric.unit for name, metric in METRICS.items()
    }


def test_only_clusters_cannot_be_reconstructed() -> None:
    assert ["skypilot.clusters.active"] == [
        name for name, metric in METRICS.items() if metric.history is History.RECORDED
    ]


def test_every_metric_has_a_definition_that_ends_as_a_sentence() -> None:
    assert [] == [name for name, metric in METRICS.items() if not metric.definition.endswith(".")]


def test_no_metric_looks_further_back_than_its_kinds_are_collected() -> None:
    lookbacks = {kind.name: kind.lookback for kind in KINDS}
    beyond = [
        name for name, metric in METRICS.items() for kind, window in metric.needs.items() if window > lookbacks[kind]
    ]
    assert [] == beyond

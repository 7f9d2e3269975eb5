"""Which source measures a metric, told from its name."""

#: First part of a metric name -> source.
METRIC_ROOTS = {
    "github": "github",
    "wandb": "wandb",
    "skypilot": "skypilot",
    "asana": "asana",
    "ec2": "ec2",
    "k8s": "kubernetes",
    "training": "training_jobs",
    "eval": "evals",
    "datadog": "datadog",
}
_COLLECTOR = "collector"


def source_of(metric: str) -> str | None:
    """Name of the source that measures `metric`; None where the name tells no source.

    `collector.<source>.*`, the collection's own metrics, belong to the source that was collected.
    """
    parts = metric.split(".")
    if parts[0] == _COLLECTOR and len(parts) > 2:
        return parts[1] if parts[1] in METRIC_ROOTS.values() else None
    return METRIC_ROOTS.get(parts[0])

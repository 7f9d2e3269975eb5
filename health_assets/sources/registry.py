"""The sources by name: a new source is one folder and one line here."""

from collections.abc import Mapping

from health_assets.model.source import Source
from health_assets.sources import asana, datadog, ec2, evals, github, kubernetes, skypilot, training_jobs, wandb

SOURCES: Mapping[str, Source] = {
    "github": github.SOURCE,
    "wandb": wandb.SOURCE,
    "skypilot": skypilot.SOURCE,
    "asana": asana.SOURCE,
    "ec2": ec2.SOURCE,
    "kubernetes": kubernetes.SOURCE,
    "training_jobs": training_jobs.SOURCE,
    "evals": evals.SOURCE,
    "datadog": datadog.SOURCE,
}

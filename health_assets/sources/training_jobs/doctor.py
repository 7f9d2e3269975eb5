"""What `health-assets doctor` tries against the training results."""

from health_assets.model.source import Check
from health_assets.sources.doctor import tried
from health_assets.sources.training_jobs.client import Client
from health_assets.sources.training_jobs.settings import Settings


def diagnose(settings: Settings) -> list[Check]:
    """One check: whether the directory can be listed, and how many documents it holds."""
    name = f"training_jobs: {settings.results}"
    return [tried(name, lambda: f"readable, {len(Client(settings).documents())} documents")]

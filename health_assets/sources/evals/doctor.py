"""What `health-assets doctor` tries against the evaluation results."""

from health_assets.model.source import Check
from health_assets.sources.doctor import tried
from health_assets.sources.evals.client import Client
from health_assets.sources.evals.settings import Settings


def diagnose(settings: Settings) -> list[Check]:
    """One check: whether the directory can be listed, and how many documents it holds."""
    name = f"evals: {settings.results}"
    return [tried(name, lambda: f"readable, {len(Client(settings).documents())} documents")]

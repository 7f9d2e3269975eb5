"""Settings of the evaluation results, `sources.evals` in health.yaml."""

from health_assets.sources.results.settings import ResultSettings


class Settings(ResultSettings):
    """Where evaluation runs leave their results."""

"""Settings of the training results, `sources.training_jobs` in health.yaml."""

from pydantic import Field

from health_assets.sources.results.settings import ResultSettings


class Settings(ResultSettings):
    """Where training jobs leave their results."""

    checkpoint_step: int = Field(default=10_000, ge=1, description="A checkpoint at or after this step counts")

"""Settings of the Datadog source, `sources.datadog` in health.yaml."""

from typing import Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from health_assets.sources.addresses import HttpAddress, is_loopback
from health_assets.sources.secret import EnvSecret

KEYS = "{env: DD_API_KEY}", "{env: DD_APP_KEY}"


class Settings(BaseModel):
    """Which account, and how to sign in. What is measured are the queries of the rows under `foms`."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    site: str = Field(
        default="datadoghq.com",
        pattern=r"^[a-z0-9][a-z0-9.-]*\.[a-z]+$",
        description="The account's site, like datadoghq.eu; its metrics are tagged with it",
    )
    api_url: HttpAddress | None = Field(
        default=None, description="Base address of the API; https://api.<site> if not given"
    )
    api_key: EnvSecret | None = Field(default=None, description="API key")
    app_key: EnvSecret | None = Field(
        default=None, description="Application key; the scope timeseries_query is all it needs"
    )
    deadline_seconds: float = Field(default=60.0, gt=0, le=600, description="For one collection")
    connect_timeout_seconds: float = Field(default=5.0, gt=0, description="For each request")
    read_timeout_seconds: float = Field(default=30.0, gt=0, description="For each request, between two bytes")

    @model_validator(mode="after")
    def _can_be_used(self) -> Self:
        if not is_loopback(self.address):
            for name, key, example in zip(("api_key", "app_key"), (self.api_key, self.app_key), KEYS, strict=True):
                if key is None:
                    raise ValueError(f"credentials are missing: add {name}: {example}")
        return self

    @property
    def address(self) -> str:
        """Base address of the API, without a slash at its end."""
        return self.api_url or f"https://api.{self.site}"

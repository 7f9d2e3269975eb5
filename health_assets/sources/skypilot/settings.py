"""Settings of the SkyPilot source, `sources.skypilot` in health.yaml."""

from collections.abc import Mapping
from typing import Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from health_assets.sources.addresses import HttpAddress, is_loopback
from health_assets.sources.secret import EnvSecret


class GpuPrice(BaseModel):
    """What one GPU costs an hour, USD. There is no default: a guess would look like a bill."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    on_demand: float | None = Field(default=None, ge=0, description="USD per GPU-hour on demand")
    spot: float | None = Field(default=None, ge=0, description="USD per GPU-hour on spot capacity")


class Settings(BaseModel):
    """Which API server, how to sign in, and what GPUs cost."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    api_url: HttpAddress = Field(description="Address of the API server, such as https://skypilot.acme.com")
    name: str = Field(
        default="skypilot", pattern=r"^[A-Za-z0-9][\w.-]*$", description="What the server is called in the grid"
    )
    token: EnvSecret | None = Field(default=None, description="Service account token (sky_...)")
    gpu_prices: Mapping[str, GpuPrice] = Field(
        default_factory=dict, description="Accelerator name as SkyPilot writes it -> its price; empty = no cost values"
    )
    deadline_seconds: float = Field(default=120.0, gt=0, le=600, description="For one collection")
    connect_timeout_seconds: float = Field(default=10.0, gt=0, description="For each request")
    read_timeout_seconds: float = Field(default=30.0, gt=0, description="For each request that is answered at once")
    result_timeout_seconds: float = Field(
        default=90.0, gt=0, description="For the server to work out one result; a cold server takes over a minute"
    )

    @model_validator(mode="after")
    def _way_to_sign_in(self) -> Self:
        if self.token is None and not is_loopback(self.api_url):
            raise ValueError("credentials are missing: add token: {env: SKYPILOT_TOKEN}")
        return self

    def price_of(self, accelerator: str, *, spot: bool) -> float | None:
        """USD per GPU-hour of an accelerator (any case), None without one."""
        wanted = accelerator.casefold()
        found = next((price for name, price in self.gpu_prices.items() if name.casefold() == wanted), None)
        if found is None:
            return None
        return found.spot if spot else found.on_demand

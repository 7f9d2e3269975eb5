"""Settings of the EC2 source, `sources.ec2` in health.yaml."""

import re
from typing import Self

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from health_assets.sources.addresses import HttpAddress
from health_assets.sources.secret import EnvSecret

REGION = re.compile(r"^[a-z]{2}(-[a-z]+)+-\d+$")


class Endpoints(BaseModel):
    """Other addresses of the services; {region} is replaced. None = AWS's own."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    ec2: HttpAddress | None = Field(default=None, description="EC2, e.g. a VPC endpoint")
    cloudwatch: HttpAddress | None = Field(default=None, description="CloudWatch")
    pricing: HttpAddress | None = Field(default=None, description="Price list")


class Settings(BaseModel):
    """Which regions, how to sign in, and from when on an instance counts as idle."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    regions: tuple[str, ...] = Field(min_length=1, description="Regions to watch, e.g. us-east-1")
    profile: str | None = Field(default=None, description="Profile of the AWS configuration; default: AWS's own order")
    access_key_id: EnvSecret | None = Field(default=None, description="Access key, instead of AWS's own order")
    secret_access_key: EnvSecret | None = Field(default=None, description="Its secret; both or neither")
    session_token: EnvSecret | None = Field(default=None, description="For temporary keys")
    endpoints: Endpoints = Endpoints()
    pricing_region: str = Field(default="us-east-1", description="Price list endpoint: us-east-1, eu-central-1, ...")
    idle_below_percent: float = Field(default=5.0, gt=0, le=100, description="Mean CPU of 24 hours below it is idle")
    deadline_seconds: float = Field(default=120.0, gt=0, le=600, description="For one collection, all regions")
    connect_timeout_seconds: float = Field(default=5.0, gt=0, description="For each request")
    read_timeout_seconds: float = Field(default=20.0, gt=0, description="For each request, between two bytes")
    max_attempts: int = Field(default=3, ge=1, le=5, description="Tries of a request that fails in passing")

    @field_validator("regions")
    @classmethod
    def _regions(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for region in value:
            if not REGION.match(region):
                raise ValueError(f"{region!r} is not a region such as us-east-1")
        if len(set(value)) < len(value):
            raise ValueError("a region is named twice")
        return value

    @model_validator(mode="after")
    def _both_halves_of_a_key(self) -> Self:
        if (self.access_key_id is None) != (self.secret_access_key is None):
            raise ValueError("give both access_key_id and secret_access_key, or neither")
        return self

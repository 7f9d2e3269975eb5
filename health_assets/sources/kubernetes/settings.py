"""Settings of the Kubernetes source, `sources.kubernetes` in health.yaml."""

from pathlib import Path
from typing import Self

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from health_assets.sources.addresses import HttpAddress, is_loopback
from health_assets.sources.secret import EnvSecret


class Cluster(BaseModel):
    """A cluster and exactly one way to reach it: in_cluster, a kubeconfig (and context), or api_url."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str = Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._/-]*$", description="What its metrics are tagged with")
    in_cluster: bool = Field(default=False, description="Use the service account of the pod this runs in")
    kubeconfig: Path | None = Field(default=None, description="A kubeconfig file; with a context alone, the usual one")
    context: str | None = Field(default=None, description="Context of the kubeconfig; without it, its current one")
    api_url: HttpAddress | None = Field(default=None, description="Address of the API server")
    token: EnvSecret | None = Field(default=None, description="Bearer token for api_url")
    ca_file: Path | None = Field(default=None, description="Certificate authority of api_url, PEM")

    @model_validator(mode="after")
    def _one_way_to_reach_it(self) -> Self:
        by_file = self.kubeconfig is not None or self.context is not None
        if [self.in_cluster, by_file, self.api_url is not None].count(True) != 1:
            raise ValueError("give one of in_cluster: true, kubeconfig and/or context, api_url")
        if self.api_url is None and (self.token or self.ca_file):
            raise ValueError("token and ca_file belong to api_url")
        if self.api_url is not None and self.token is None and not is_loopback(self.api_url):
            raise ValueError("credentials are missing: add token: {env: K8S_TOKEN}")
        return self


class Settings(BaseModel):
    """Which clusters, and how patiently they are read."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    clusters: tuple[Cluster, ...] = Field(min_length=1, description="The clusters to watch")
    page_size: int = Field(default=500, ge=1, le=5000, description="Objects in one answer of a listing")
    deadline_seconds: float = Field(default=90.0, gt=0, le=600, description="For one collection, all clusters")
    connect_timeout_seconds: float = Field(default=5.0, gt=0, description="For each request")
    read_timeout_seconds: float = Field(default=30.0, gt=0, description="For each request, between two bytes")

    @field_validator("clusters")
    @classmethod
    def _named_once(cls, value: tuple[Cluster, ...]) -> tuple[Cluster, ...]:
        if len({cluster.name for cluster in value}) < len(value):
            raise ValueError("a cluster is named twice")
        return value

    def cluster(self, name: str) -> Cluster:
        """The cluster of that name. Raises KeyError."""
        return {cluster.name: cluster for cluster in self.clusters}[name]

"""Settings of the Asana source, `sources.asana` in health.yaml."""

from typing import Self

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from health_assets.sources.addresses import HttpAddress, is_loopback
from health_assets.sources.secret import EnvSecret

GID = r"^[0-9]+$"


class Workspace(BaseModel):
    """A workspace and the project in which its bugs are kept; a gid is the number in an Asana address."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str = Field(min_length=1, description="What its metrics are tagged with")
    gid: str = Field(pattern=GID, description="The workspace's gid")
    bugs_project: str = Field(pattern=GID, description="gid of the project that holds the bugs")


class Settings(BaseModel):
    """Which workspaces, how to sign in, and what the sections of the bugs projects are called."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    workspaces: tuple[Workspace, ...] = Field(min_length=1, description="The workspaces to watch")
    api_url: HttpAddress = Field(default="https://app.asana.com/api/1.0", description="Base address of the API")
    token: EnvSecret | None = Field(default=None, description="Personal or service-account access token")
    triage_sections: tuple[str, ...] = Field(default=("Triage",), description="Names of sections, in any case")
    active_sections: tuple[str, ...] = Field(default=("Active",), description="Names of sections, in any case")
    backlog_sections: tuple[str, ...] = Field(default=("Backlog",), description="Names of sections, in any case")
    deadline_seconds: float = Field(default=60.0, gt=0, le=600, description="For one collection, all workspaces")
    connect_timeout_seconds: float = Field(default=5.0, gt=0, description="For each request")
    read_timeout_seconds: float = Field(default=30.0, gt=0, description="For each request, between two bytes")

    @field_validator("workspaces")
    @classmethod
    def _named_once(cls, value: tuple[Workspace, ...]) -> tuple[Workspace, ...]:
        if len({workspace.name for workspace in value}) < len(value):
            raise ValueError("a workspace is named twice")
        return value

    @model_validator(mode="after")
    def _can_be_used(self) -> Self:
        names = [name.casefold() for name in (*self.triage_sections, *self.active_sections, *self.backlog_sections)]
        if len(set(names)) < len(names):
            raise ValueError("a section is named twice")
        if self.token is None and not is_loopback(self.api_url):
            raise ValueError("credentials are missing: add token: {env: ASANA_TOKEN}")
        return self

    def workspace(self, name: str) -> Workspace:
        """The workspace of that name. Raises KeyError."""
        return {workspace.name: workspace for workspace in self.workspaces}[name]

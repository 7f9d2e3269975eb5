"""Settings of the GitHub source, `sources.github` in health.yaml."""

import re
from typing import Self

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from health_assets.sources.addresses import HttpAddress, is_loopback
from health_assets.sources.secret import EnvSecret

REPOSITORY = re.compile(r"^[A-Za-z0-9](?:[A-Za-z0-9-]*)/[A-Za-z0-9._-]+$")


class AppSettings(BaseModel):
    """A GitHub App installation; its private key (PEM) is in an environment variable."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: int = Field(description="App ID, from the app's settings page")
    installation_id: int = Field(description="Number at the end of the installation's address")
    private_key: EnvSecret = Field(description="The app's private key, PEM")


class Settings(BaseModel):
    """Which repositories, how to sign in, and what the team's workflows and labels are called."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    repositories: tuple[str, ...] = Field(min_length=1, description="owner/name of each repository to watch")
    api_url: HttpAddress = Field(
        default="https://api.github.com", description="REST base URL, https://HOST/api/v3 on a server"
    )
    token: EnvSecret | None = Field(default=None, description="Personal or fine-grained token with read access")
    app: AppSettings | None = Field(default=None, description="GitHub App installation, instead of a token")
    test_workflows: tuple[str, ...] = Field(default=(), description="Names or patterns; empty = all run by push")
    benchmark_workflows: tuple[str, ...] = Field(default=("*bench*",), description="Names or patterns")
    hotfix_labels: tuple[str, ...] = Field(default=("hotfix",), description="One of them makes a hotfix")
    force_merge_labels: tuple[str, ...] = Field(default=("force-merge",), description="One of them makes a force merge")
    training_bug_labels: tuple[str, ...] = Field(default=("training", "bug"), description="An issue must carry all")
    bots: tuple[str, ...] = Field(default=(), description="Logins or names of bots GitHub does not mark as such")
    deadline_seconds: float = Field(default=240.0, gt=0, le=600, description="For one collection, all repositories")
    connect_timeout_seconds: float = Field(default=10.0, gt=0, description="For each request")
    read_timeout_seconds: float = Field(default=30.0, gt=0, description="For each request, between two bytes")

    @field_validator("repositories")
    @classmethod
    def _owner_and_name(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for repository in value:
            if not REPOSITORY.match(repository):
                raise ValueError(f"{repository!r} is not of the form owner/name")
        seen = {repository.casefold() for repository in value}
        if len(seen) < len(value):
            raise ValueError("a repository is named twice")
        return value

    @model_validator(mode="after")
    def _one_way_to_sign_in(self) -> Self:
        if self.token is not None and self.app is not None:
            raise ValueError("give either token or app, not both")
        if self.token is None and self.app is None and not is_loopback(self.api_url):
            raise ValueError("credentials are missing: add token: {env: GITHUB_TOKEN} or app")
        return self

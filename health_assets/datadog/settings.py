"""Settings of the Datadog publisher, `publish.datadog` in health.yaml."""

from pathlib import Path

from pydantic import Field

from health_assets.sources.datadog.settings import Settings as Account
from health_assets.sources.secret import EnvSecret


class Settings(Account):
    """The account that is published to, and what is published."""

    app_key: EnvSecret | None = Field(
        default=None, description="Application key; docs/datadog.md lists the scopes that it needs"
    )
    env: str = Field(
        default="prod", pattern=r"^[a-z][a-z0-9_.-]*$", description="Tag env of everything that is sent; one a store"
    )
    historical: bool = Field(
        default=False,
        description="Send days that Datadog calls historical too, which it may bill and takes hours to show",
    )
    monitors: Path | None = Field(default=None, description="A file of monitors in the place of the packaged one")
    runbooks: str = Field(default="", description="Address of the folder docs/runbooks, for the links in monitors")

"""Secrets are named in the configuration and read from the environment when they are used, never stored."""

import os

from pydantic import BaseModel, ConfigDict, Field

from health_assets.model.errors import ConfigError


class EnvSecret(BaseModel):
    """A reference to a secret: the name of an environment variable. Holds no value, so its repr shows none."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    env: str = Field(pattern=r"^[A-Za-z_][A-Za-z0-9_]*$", description="Name of the environment variable")

    def resolve(self, *, key: str) -> str:
        """The value; raises ConfigError naming the variable and the configuration `key` when it is unset or empty."""
        value = os.environ.get(self.env, "").strip()
        if not value:
            raise ConfigError(f"{key}: the environment variable {self.env} is not set", hint=f"export {self.env}=...")
        return value

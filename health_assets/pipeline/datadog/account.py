"""The account that is published to, and what the store remembers of it."""

import hashlib
import json
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from health_assets.datadog.settings import Settings
from health_assets.model.errors import ConfigError
from health_assets.model.publication import Publication
from health_assets.pipeline.runtime import Runtime


def settings_of(runtime: Runtime) -> Settings:
    """publish.datadog. Raises ConfigError where it is not configured."""
    config = runtime.project.config
    settings = config.settings.publish.datadog
    if settings is None:
        hint = "add datadog: with its keys under publish, see docs/datadog.md"
        raise ConfigError(f"{config.origin}: publish.datadog: is not configured", hint=hint)
    return settings


@contextmanager
def datadog_client(settings: Settings) -> Iterator[Any]:
    """A client with the settings' deadline; its library is loaded here."""
    from health_assets.datadog.client import Client

    client = Client(settings, deadline=time.monotonic() + settings.deadline_seconds)
    try:
        yield client
    finally:
        client.close()


def target_of(settings: Settings) -> str:
    """What the store calls this account and environment."""
    return f"{settings.address} env:{settings.env}"


def held_digest(known: Mapping[str, Publication], name: str) -> str:
    """The digest that was remembered under a name; empty when none was."""
    return known[name].digest if name in known else ""


def remember(runtime: Runtime, target: str, name: str, digest: str = "", *, id: str = "") -> None:
    """Remembers that `name` exists at the target, with its id there or a digest of what was sent."""
    publication = Publication(target=target, name=name, remote_id=id, digest=digest, published_at=runtime.clock())
    runtime.store.write_publications([publication])


def digest_of(wanted: Any) -> str:
    """A short digest of JSON data."""
    return hashlib.sha256(json.dumps(wanted, sort_keys=True).encode()).hexdigest()[:16]

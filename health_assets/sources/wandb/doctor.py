"""What `health-assets doctor` tries against Weights & Biases: one line each, with what to do when it fails."""

import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import partial

from health_assets.model.errors import ConfigError, HealthError
from health_assets.model.source import Check
from health_assets.model.time import iso
from health_assets.sources.doctor import refused, signed_in_with, tried
from health_assets.sources.wandb.client import Client
from health_assets.sources.wandb.settings import Settings

RECENT = timedelta(days=1)


def diagnose(settings: Settings) -> list[Check]:
    """Credentials, sign-in, and each project's listing of a day. Makes 1 request and one or more a project."""
    deadline = time.monotonic() + settings.deadline_seconds
    try:
        client = Client(settings, scope=settings.scopes[0], deadline=deadline)
    except ConfigError as error:
        return [refused("wandb: credentials", error)]
    except HealthError as error:
        return [refused("wandb: sign in", error)]
    return [
        Check(name="wandb: credentials", ok=True, detail=signed_in_with(settings.api_key, "API key")),
        Check(name="wandb: sign in", ok=True, detail=f"accepted by {settings.api_url}"),
        *_projects(client, settings),
    ]


def _projects(client: Client, settings: Settings) -> Iterator[Check]:
    for scope in settings.scopes:
        yield tried(f"wandb: {scope}", partial(_runs, client, scope))


def _runs(client: Client, scope: str) -> str:
    found = client.runs(scope, {"createdAt": {"$gte": iso(datetime.now(UTC) - RECENT)}})
    return f"readable, {len(found)} runs created in a day"

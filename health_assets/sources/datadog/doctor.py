"""What `health-assets doctor` tries against Datadog: one line each, with what to do when it fails."""

import time
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime

from health_assets.model.errors import Cause, HealthError
from health_assets.model.source import Check
from health_assets.sources.datadog.client import VALIDATE, Client
from health_assets.sources.datadog.queries import BUCKET, Asked
from health_assets.sources.datadog.settings import Settings
from health_assets.sources.doctor import refused, signed_in_with, tried_in_turn


def diagnose(settings: Settings, *, queries: Sequence[Asked]) -> list[Check]:
    """The API key, then the query of each row over the last day, which tells what the application key may do."""
    name = f"datadog: {settings.site}"
    try:
        client = Client(settings, deadline=time.monotonic() + settings.deadline_seconds)
    except HealthError as error:
        return [refused(name, error)]
    try:
        return list(_checks(client, settings, queries, name=name))
    finally:
        client.close()


def _checks(client: Client, settings: Settings, queries: Sequence[Asked], *, name: str) -> Iterator[Check]:
    def key() -> str:
        if not client.is_valid():
            raise client.failure(f"{VALIDATE}: the API key is not valid", cause=Cause.AUTHENTICATION)
        return f"API key valid: {signed_in_with(settings.api_key, 'key')}"

    def points(query: Asked) -> str:
        end = datetime.now(UTC).replace(minute=0, second=0, microsecond=0)
        (found,) = client.series([query], start=end - 96 * BUCKET, end=end, bucket=BUCKET)
        return f"readable, {len(found)} points in the last day"

    yield from tried_in_turn((name, key), *((f"{name}: {one.name}", lambda one=one: points(one)) for one in queries))
    if not queries:
        yield Check(name=f"{name}: rows", ok=True, detail="no row asks a query yet: see docs/adding-a-fom.md")

"""What `health-assets doctor` tries against a SkyPilot server: one line each, with what to do when it fails."""

import time
from collections.abc import Iterator

from health_assets.model.errors import Cause, ConfigError, SourceError
from health_assets.model.source import Check
from health_assets.sources.doctor import refused, signed_in_with, tried_in_turn
from health_assets.sources.skypilot.answers import HINTS
from health_assets.sources.skypilot.client import Client
from health_assets.sources.skypilot.fetch import CLUSTER_CHOICE, QUEUE, STATUS
from health_assets.sources.skypilot.settings import Settings

#: The first API version that filters jobs by time (SkyPilot's MIN_JOBS_SUBMITTED_AT_FILTER_API_VERSION).
FILTERS_BY_TIME = 54


def diagnose(settings: Settings) -> list[Check]:
    """Credentials, server and version, jobs, clusters. Makes 5 requests and waits for two results."""
    deadline = time.monotonic() + settings.deadline_seconds
    try:
        client = Client(settings, deadline=deadline)
    except ConfigError as error:
        return [refused("skypilot: credentials", error)]
    with client:
        return list(_checks(client, settings))


def _checks(client: Client, settings: Settings) -> Iterator[Check]:
    yield Check(name="skypilot: credentials", ok=True, detail=signed_in_with(settings.token, "token"))
    yield from tried_in_turn(
        ("skypilot: API server", lambda: _server(client)),
        ("skypilot: jobs", lambda: _jobs(client)),
        ("skypilot: clusters", lambda: _clusters(client)),
    )


def _server(client: Client) -> str:
    body = client.health()
    status, version = str(body.get("status", ""))[:40], str(body.get("api_version", ""))
    if status == "needs_auth":
        raise SourceError(
            "the server does not know this token", cause=Cause.AUTHENTICATION, hint=HINTS[Cause.AUTHENTICATION]
        )
    if not version.isdecimal():
        raise SourceError("the answer names no API version", cause=Cause.BAD_PAYLOAD, hint=HINTS[Cause.BAD_PAYLOAD])
    named = f"{status}, SkyPilot {str(body.get('version', ''))[:40]}, API version {version}"
    slow = "" if int(version) >= FILTERS_BY_TIME else "; it sends every job at every tick, a newer one would not"
    return named + slow


def _jobs(client: Client) -> str:
    choice = {"all_users": True, "fields": ["job_id"], "limit": 1, "page": 1}
    body = client.result(client.submit(QUEUE, choice), of=QUEUE)
    return f"readable, {body['total'] if isinstance(body, dict) and 'total' in body else 'unknown number of'} jobs"


def _clusters(client: Client) -> str:
    body = client.result(client.submit(STATUS, CLUSTER_CHOICE), of=STATUS)
    return f"readable, {len(body) if isinstance(body, list) else 'unknown number of'} clusters"

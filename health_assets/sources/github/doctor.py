"""What `health-assets doctor` tries against GitHub: one line each, with what to do when it fails."""

import time
from collections.abc import Iterator
from functools import partial
from typing import Any

from health_assets.model.errors import ConfigError, HealthError
from health_assets.model.source import Check
from health_assets.sources.doctor import refused, signed_in_with, tried
from health_assets.sources.github.client import Client
from health_assets.sources.github.settings import Settings

ACCESS = """
query Access($owner: String!, $name: String!) {
  rateLimit { remaining limit resetAt }
  repository(owner: $owner, name: $name) { nameWithOwner pullRequests(states: [OPEN]) { totalCount } }
}"""


def diagnose(settings: Settings) -> list[Check]:
    """Credentials, token, and for each repository REST, Actions and GraphQL. Makes 1 + 3 requests a repository."""
    deadline = time.monotonic() + settings.deadline_seconds
    try:
        client = Client(settings, scope=settings.repositories[0], deadline=deadline)
    except ConfigError as error:
        return [refused("github: credentials", error)]
    except HealthError as error:
        return [refused("github: sign in", error)]
    try:
        return list(_checks(client, settings))
    finally:
        client.close()


def _checks(client: Client, settings: Settings) -> Iterator[Check]:
    yield Check(name="github: credentials", ok=True, detail=_way_to_sign_in(settings))
    reach = tried("github: API", partial(_quota, client))
    yield reach
    if not reach.ok:
        return
    for repository in settings.repositories:
        client.scope = repository
        yield tried(f"github: {repository}", partial(_repository, client, repository))
        yield tried(f"github: {repository}: Actions", partial(_runs, client, repository))
        yield tried(f"github: {repository}: GraphQL", partial(_pulls, client, repository))


def _way_to_sign_in(settings: Settings) -> str:
    return signed_in_with(settings.token, "token") if settings.app is None else f"GitHub App {settings.app.id}"


def _quota(client: Client) -> str:
    core = client.get("/rate_limit")["resources"]["core"]
    scopes = f", scopes {', '.join(filter(None, client.scopes))}" if client.scopes and any(client.scopes) else ""
    return f"reachable, {core['remaining']} of {core['limit']} requests left this hour{scopes}"


def _repository(client: Client, name: str) -> str:
    return f"readable, default branch {client.get(f'/repos/{name}')['default_branch']}"


def _runs(client: Client, name: str) -> str:
    total: Any = client.get(f"/repos/{name}/actions/runs", {"per_page": 1})["total_count"]
    return f"readable, {total} workflow runs"


def _pulls(client: Client, repository: str) -> str:
    owner, _, name = repository.partition("/")
    data = client.graphql(ACCESS, {"owner": owner, "name": name}).data
    quota = data["rateLimit"]
    return (
        f"readable, {data['repository']['pullRequests']['totalCount']} open pull requests, "
        f"{quota['remaining']} of {quota['limit']} points left this hour"
    )

"""GitHub: pull requests, commits, issues, branches and workflow runs of one or more repositories (scope = repository).

Signs in with a token (`token: {env: GITHUB_TOKEN}`) or as a GitHub App installation; both need read access to
contents, pull requests, issues, actions and checks. On loopback (the sandbox) no credentials are needed.

Limits: 5,000 REST requests and 5,000 GraphQL points an hour. A filtered listing of workflow runs stops at 1,000, so it
is continued from the oldest run seen. Runs and checks are kept for 90 days by default, attempts of a run as long. The
number of branches exists only for now. A quota that is used up is a failure of this tick, never a reason to sleep.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from health_assets.model.record import Batch
from health_assets.model.source import Check, FetchRequest, Source
from health_assets.sources.github.metrics import FAMILIES
from health_assets.sources.github.records import KINDS
from health_assets.sources.github.settings import Settings

__all__ = ["SOURCE", "Settings"]


def _scopes(settings: Settings) -> Sequence[str]:
    return settings.repositories


def _fetch(settings: Settings, request: FetchRequest) -> Batch:
    from health_assets.sources.github.fetch import fetch

    return fetch(settings, request)


def _diagnose(settings: Settings) -> Sequence[Check]:
    from health_assets.sources.github.doctor import diagnose

    return diagnose(settings)


def _demo(base_url: str) -> Mapping[str, Any]:
    return {"repositories": ["acme/rocket"], "api_url": base_url}


SOURCE = Source(
    name="github",
    title="GitHub",
    description="Pull requests, commits, issues, branches and workflow runs of the configured repositories.",
    kinds=KINDS,
    families=FAMILIES,
    settings=Settings,
    scopes=_scopes,
    fetch=_fetch,
    diagnose=_diagnose,
    demo=_demo,
)

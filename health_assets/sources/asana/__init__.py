"""Asana: the projects of one or more workspaces and the tasks of each one's bugs project (scope = workspace).

Signs in with a personal or service-account access token (`token: {env: ASANA_TOKEN}`) that may read the workspace's
projects and the bugs project. On loopback (the sandbox) no token is needed.

Limits: 150 requests a minute on free plans, 1,500 on paid ones. Tasks keep when they were created and completed, so
those metrics can be reconstructed; the section of a task and the status of a project exist only for now. Tasks that are
deleted or moved away leave no trace: an hourly reading of the whole project finds that they are gone.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from health_assets.model.record import Batch
from health_assets.model.source import Check, FetchRequest, Source
from health_assets.sources.asana.metrics import FAMILIES
from health_assets.sources.asana.records import KINDS
from health_assets.sources.asana.settings import Settings

__all__ = ["SOURCE", "Settings"]


def _scopes(settings: Settings) -> Sequence[str]:
    return [workspace.name for workspace in settings.workspaces]


def _fetch(settings: Settings, request: FetchRequest) -> Batch:
    from health_assets.sources.asana.fetch import fetch

    return fetch(settings, request)


def _diagnose(settings: Settings) -> Sequence[Check]:
    from health_assets.sources.asana.doctor import diagnose

    return diagnose(settings)


def _demo(base_url: str) -> Mapping[str, Any]:
    workspace = {"name": "acme", "gid": "1200000000000001", "bugs_project": "1200000000000002"}
    return {"api_url": f"{base_url}/asana", "workspaces": [workspace]}


SOURCE = Source(
    name="asana",
    title="Asana",
    description="Projects of the configured workspaces and the tasks of their bugs projects.",
    kinds=KINDS,
    families=FAMILIES,
    settings=Settings,
    scopes=_scopes,
    fetch=_fetch,
    diagnose=_diagnose,
    demo=_demo,
)

"""Weights & Biases: the runs of one or more projects (scope = entity/project).

Signs in with an API key (`api_key: {env: WANDB_API_KEY}`) that may read the projects; on loopback (the sandbox) none is
needed. Reads with wandb's Public API: the runs' summaries and newest system metrics come in the listing, 100 a request.

Limits: W&B limits GraphQL requests by user and plan and publishes no numbers; a limit is a failure of this tick. The
service shows a run as it is now: summaries as they stood on a past day, and runs deleted since, cannot be had, and of
the system metrics only the newest sample is in the listing.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from health_assets.model.record import Batch
from health_assets.model.source import Check, FetchRequest, Source
from health_assets.sources.wandb.metrics import FAMILIES
from health_assets.sources.wandb.records import KINDS
from health_assets.sources.wandb.settings import Settings

__all__ = ["SOURCE", "Settings"]


def _scopes(settings: Settings) -> Sequence[str]:
    return settings.scopes


def _fetch(settings: Settings, request: FetchRequest) -> Batch:
    from health_assets.sources.wandb.fetch import fetch

    return fetch(settings, request)


def _diagnose(settings: Settings) -> Sequence[Check]:
    from health_assets.sources.wandb.doctor import diagnose

    return diagnose(settings)


def _demo(base_url: str) -> Mapping[str, Any]:
    return {"entity": "acme", "project": "rocket", "api_url": f"{base_url}/wandb"}


SOURCE = Source(
    name="wandb",
    title="Weights & Biases",
    description="Training runs of the configured projects: how they ended, how long they took, what they reached.",
    kinds=KINDS,
    families=FAMILIES,
    settings=Settings,
    scopes=_scopes,
    fetch=_fetch,
    diagnose=_diagnose,
    demo=_demo,
)

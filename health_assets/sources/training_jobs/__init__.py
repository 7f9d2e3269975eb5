"""Local training jobs: whether they reach their checkpoint and resume from one (scope = directory of the results).

Each job's last step writes one JSON document with `health-assets report training`, into a directory or bucket; see
docs/results.md. No service signs anything: a bucket uses the credentials of the machine, which must list and read it.

Limits: times are those inside the documents. A collection lists once and reads at most 2,000 new documents.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from health_assets.model.record import Batch
from health_assets.model.source import Check, FetchRequest, Source
from health_assets.sources.training_jobs.metrics import FAMILIES
from health_assets.sources.training_jobs.records import JOBS
from health_assets.sources.training_jobs.settings import Settings

__all__ = ["SOURCE", "Settings"]


def _scopes(settings: Settings) -> Sequence[str]:
    return (settings.results,)


def _fetch(settings: Settings, request: FetchRequest) -> Batch:
    from health_assets.sources.training_jobs.fetch import fetch

    return fetch(settings, request)


def _diagnose(settings: Settings) -> Sequence[Check]:
    from health_assets.sources.training_jobs.doctor import diagnose

    return diagnose(settings)


def _demo(base_url: str) -> Mapping[str, Any]:  # noqa: ARG001 - files, which are where the sandbox writes them
    return {"results": "var/sandbox/results/training"}


SOURCE = Source(
    name="training_jobs",
    title="Local training",
    description="Results that training jobs leave in a directory or bucket.",
    kinds=(JOBS,),
    families=FAMILIES,
    settings=Settings,
    scopes=_scopes,
    fetch=_fetch,
    diagnose=_diagnose,
    demo=_demo,
)

"""Evaluation runs, local and remote: success, hearts against those expected, duration (scope = directory of results).

Each run's last step writes one JSON document with `health-assets report eval`; for a remote evaluation, whoever fetches
its result does, and says whether that worked. See docs/results.md. A bucket uses the credentials of the machine, which
must list and read it.

Limits: times are those inside the documents. A collection lists once and reads at most 2,000 new documents.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from health_assets.model.record import Batch
from health_assets.model.source import Check, FetchRequest, Source
from health_assets.sources.evals.metrics import FAMILIES
from health_assets.sources.evals.records import EVALUATIONS
from health_assets.sources.evals.settings import Settings

__all__ = ["SOURCE", "Settings"]


def _scopes(settings: Settings) -> Sequence[str]:
    return (settings.results,)


def _fetch(settings: Settings, request: FetchRequest) -> Batch:
    from health_assets.sources.evals.fetch import fetch

    return fetch(settings, request)


def _diagnose(settings: Settings) -> Sequence[Check]:
    from health_assets.sources.evals.doctor import diagnose

    return diagnose(settings)


def _demo(base_url: str) -> Mapping[str, Any]:  # noqa: ARG001 - files, which are where the sandbox writes them
    return {"results": "var/sandbox/results/evaluations"}


SOURCE = Source(
    name="evals",
    title="Evaluations",
    description="Results that evaluation runs leave in a directory or bucket.",
    kinds=(EVALUATIONS,),
    families=FAMILIES,
    settings=Settings,
    scopes=_scopes,
    fetch=_fetch,
    diagnose=_diagnose,
    demo=_demo,
)

"""Reads evaluation results: the shared reading of result documents, with this source's kind."""

from health_assets.model.record import Batch
from health_assets.model.source import Check, FetchRequest
from health_assets.sources.evals.records import EVALUATIONS, evaluation
from health_assets.sources.evals.settings import Settings
from health_assets.sources.results.reading import diagnose_results, fetch_results


def fetch(settings: Settings, request: FetchRequest) -> Batch:
    """The evaluations whose documents are new. Raises SourceError when the directory cannot be read."""
    return fetch_results(settings, request, kind=EVALUATIONS, read=evaluation)


def diagnose(settings: Settings) -> list[Check]:
    """Whether the directory can be listed."""
    return diagnose_results(settings, source="evals")

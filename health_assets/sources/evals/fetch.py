"""Fetch of evaluation results: the shared reading of result documents, with this source's kind."""

from health_assets.model.record import Batch
from health_assets.model.source import FetchRequest
from health_assets.sources.evals.client import Client
from health_assets.sources.evals.records import EVALUATIONS, evaluation
from health_assets.sources.evals.settings import Settings
from health_assets.sources.results.reading import fetch_results


def fetch(settings: Settings, request: FetchRequest) -> Batch:
    """Every document that is new. Raises SourceError when the directory cannot be read."""
    return fetch_results(settings, request, kind=EVALUATIONS, read=evaluation, open_directory=Client)

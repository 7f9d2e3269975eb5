"""Fetch of training results: the shared reading of result documents, with this source's kind."""

from health_assets.model.record import Batch
from health_assets.model.source import FetchRequest
from health_assets.sources.results.reading import fetch_results
from health_assets.sources.training_jobs.client import Client
from health_assets.sources.training_jobs.records import JOBS, job
from health_assets.sources.training_jobs.settings import Settings


def fetch(settings: Settings, request: FetchRequest) -> Batch:
    """Every document that is new. Raises SourceError when the directory cannot be read."""
    return fetch_results(settings, request, kind=JOBS, read=job, open_directory=Client)

"""Reads training results: the shared reading of result documents, with this source's kind."""

from health_assets.model.record import Batch
from health_assets.model.source import Check, FetchRequest
from health_assets.sources.results.reading import diagnose_results, fetch_results
from health_assets.sources.training_jobs.records import JOBS, job
from health_assets.sources.training_jobs.settings import Settings


def fetch(settings: Settings, request: FetchRequest) -> Batch:
    """The jobs whose documents are new. Raises SourceError when the directory cannot be read."""
    return fetch_results(settings, request, kind=JOBS, read=job)


def diagnose(settings: Settings) -> list[Check]:
    """Whether the directory can be listed."""
    return diagnose_results(settings, source="training_jobs")

"""Datadog: whatever the account's metrics tell, asked for by rows without code (scope = site).

A row under `foms` names a metric query; each becomes a record kind, its points, and a metric, the day's one value.
Signs in with an API key and an application key with the scope timeseries_query (`api_key: {env: DD_API_KEY}`,
`app_key: {env: DD_APP_KEY}`). On loopback (the sandbox) no key is needed.

Limits: queries are rate limited by the account, told in X-RateLimit headers; a series has at most 1,500 points, which
is 15 days of ours, and all rows share a request. Points may be read back for the metric's retention, 15 months unless
changed, so past days can be reconstructed.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from health_assets.model.fom import Fom
from health_assets.model.record import Batch
from health_assets.model.source import Check, FetchRequest, Source
from health_assets.sources.datadog.metrics import family_of
from health_assets.sources.datadog.queries import asked_by
from health_assets.sources.datadog.records import kind_of
from health_assets.sources.datadog.settings import Settings

__all__ = ["SOURCE", "Settings"]


def _scopes(settings: Settings) -> Sequence[str]:
    return [settings.site]


def _demo(base_url: str) -> Mapping[str, Any]:
    return {"api_url": f"{base_url}/datadog"}


def _for_rows(rows: Sequence[Fom]) -> Source:
    """The source with the kinds and metrics of the queries that `rows` ask. Raises CatalogueError."""
    queries = [asked_by(row) for row in rows]

    def fetch(settings: Settings, request: FetchRequest) -> Batch:
        from health_assets.sources.datadog.fetch import fetch

        return fetch(settings, request, queries=queries)

    def diagnose(settings: Settings) -> Sequence[Check]:
        from health_assets.sources.datadog.doctor import diagnose

        return diagnose(settings, queries=queries)

    return Source(
        name="datadog",
        title="Datadog",
        description="The day's value of any Datadog metric query that a row asks for.",
        kinds=[kind_of(query) for query in queries],
        families=[family_of(queries)] if queries else [],
        settings=Settings,
        scopes=_scopes,
        fetch=fetch,
        diagnose=diagnose,
        demo=_demo,
        for_rows=_for_rows,
    )


SOURCE = _for_rows(())

"""Rows, accounts behind the sandbox, and runtimes over them, for the tests of this source."""

import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from health_assets.config import Config, parse_settings
from health_assets.model.record import Batch, Coverage
from health_assets.model.source import FetchRequest, Source
from health_assets.model.time import Day, day_at
from health_assets.pipeline.runtime import Runtime, configured_project
from health_assets.sandbox.datadog.world import Account
from health_assets.sandbox.server import SandboxServer
from health_assets.sources.datadog import Settings
from health_assets.store.store import Store

NOW = datetime(2026, 3, 18, 15, 20, tzinfo=UTC)
ZONE = ZoneInfo("UTC")
TODAY = day_at(NOW, ZONE)
DAY = timedelta(days=1)
MINUTE = timedelta(minutes=1)
SITE = "datadoghq.com"
ERRORS = "sum:app.errors{service:api}.as_count()"


def row(query: str = ERRORS, reduce: str | None = "sum", **changes: Any) -> dict[str, Any]:
    """A row of health.yaml that asks a query."""
    body = {"label": "Errors", "category": "Additional", "metric": f"datadog:{query}", "points": "0:1 100:0"}
    return body | ({} if reduce is None else {"reduce": reduce}) | changes


def rows(*queries: str, reduce: str = "sum") -> dict[str, dict[str, Any]]:
    return {f"health.additional.row{n}.fom": row(query, reduce) for n, query in enumerate(queries or (ERRORS,))}


def config_for(url: str, foms: Mapping[str, Any], *, store: str = "unused.db", **changes: Any) -> Config:
    source = {"api_url": f"{url}/datadog", **changes.pop("datadog", {})}
    document = {"store": f"sqlite:///{store}", "sources": {"datadog": source}, "foms": dict(foms)} | changes
    return Config(settings=parse_settings(document, origin="test"), origin="test", sandbox=False)


@contextmanager
def runtime(server: SandboxServer, store: Path, foms: Mapping[str, Any], **changes: Any) -> Iterator[Runtime]:
    """A runtime with rows that ask queries, on the server's clock."""
    config = config_for(server.url, foms, store=str(store), **changes)
    with Store.open(config.settings.store) as opened:
        yield Runtime(project=configured_project(config), store=opened, clock=server.clock)


def source_for(foms: Mapping[str, Any]) -> Source:
    """The source as declared for rows."""
    declared, _ = configured_project(config_for("http://127.0.0.1:1", foms)).sources["datadog"]
    return declared


def settings_for(url: str, **changes: Any) -> Settings:
    return Settings.model_validate({"api_url": f"{url}/datadog", **changes})


def account(*points: tuple[float, float]) -> Account:
    """Points (minutes before NOW, value) of the series that ERRORS reads."""
    made = Account()
    for minutes, value in points:
        made.add("app.errors", at=NOW - minutes * MINUTE, value=value, tags=["service:api"])
    return made


class Held:
    """The coverage of what was fetched so far; implements health_assets.model.source.Known."""

    def __init__(self) -> None:
        self.covered: dict[str, dict[str, Coverage]] = {}

    def keep(self, batch: Batch) -> Batch:
        for reading in batch.coverage:
            self.covered.setdefault(reading.kind, {})[reading.day] = reading
        return batch

    def coverage(self, kind: str) -> dict[str, Coverage]:
        return dict(self.covered.get(kind, {}))

    def records(self, kind: str, *, since: datetime) -> Any:
        raise AssertionError(f"a fetch of points does not look at stored {kind} since {since}")


def asking(
    held: Held, *, now: datetime = NOW, days: Iterable[Day] = (), seconds: float = 30.0, refetch: bool = False
) -> FetchRequest:
    return FetchRequest(
        scope=SITE,
        days=tuple(days) or (day_at(now, ZONE),),
        now=now,
        zone=ZONE,
        known=held,
        deadline=time.monotonic() + seconds,
        refetch=refetch,
    )

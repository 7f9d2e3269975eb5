"""Everything a step needs, opened once: settings, store, catalogue, sources and the clock."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from health_assets.config import Config, load_config, sandbox_datadog
from health_assets.datadog.settings import Settings as DatadogSettings
from health_assets.model.errors import CatalogueError
from health_assets.model.fom import Fom
from health_assets.model.metric import Metric
from health_assets.model.source import Source
from health_assets.model.time import Day, day_at, days_ending
from health_assets.pipeline.clock import Clock
from health_assets.pipeline.sandbox import sandbox_reachable
from health_assets.scoring.catalogue import load_catalogue, rows_of
from health_assets.scoring.sources import source_of
from health_assets.sources.registry import SOURCES
from health_assets.store.store import Store


@dataclass(frozen=True, kw_only=True)
class Project:
    """What is configured, without a store: enough to draw the asset graph.

    sources: name -> (declaration, its settings), only those that are on. foms: the enabled rows of those sources.
    """

    config: Config
    sources: Mapping[str, tuple[Source, Any]]
    foms: tuple[Fom, ...]

    def foms_of(self, source: str) -> tuple[Fom, ...]:
        """The rows whose metric belongs to `source`."""
        return rows_of(self.foms, sources={source})

    def metrics(self) -> dict[str, Metric]:
        """Name -> declaration of every metric of the configured sources, the collections' own included."""
        declared = (source.all_families for source, _ in self.sources.values())
        return {metric.name: metric for families in declared for family in families for metric in family.metrics}


@dataclass(frozen=True, kw_only=True)
class Runtime:
    """An opened project. `clock` gives now; measures never call it, they get T."""

    project: Project
    store: Store
    clock: Clock

    def day(self, instant: datetime | None = None) -> Day:
        """The partition day of `instant`, of now by default."""
        return day_at(instant or self.clock(), self.project.config.settings.zone)

    def days(self, count: int, *, end: Day | None = None) -> tuple[Day, ...]:
        """`count` days ending with `end`, today by default."""
        return days_ending((end or self.day()).date, count, self.project.config.settings.zone)


def all_metric_names() -> frozenset[str]:
    """Every metric that any source declares, with the collections' own."""
    families = (family for source in SOURCES.values() for family in source.all_families)
    return frozenset(metric.name for family in families for metric in family.metrics)


def load_project(path: Path | None = None, *, environ: Mapping[str, str] | None = None) -> Project:
    """Reads configuration and catalogue. No network, no store. Raises ConfigError or CatalogueError."""
    return configured_project(load_config(path, environ=environ))


def configured_project(config: Config) -> Project:
    """The configured sources, with what the catalogue's rows ask them, and the rows. Raises CatalogueError."""
    foms = load_catalogue(
        known_metrics=all_metric_names(),
        overrides=config.settings.foms,
        overrides_origin=config.origin,
    )
    asked = [fom for fom in foms if fom.enabled and fom.query is not None]
    for fom in asked:
        source = source_of(fom.metric)
        if source not in config.settings.sources:
            raise CatalogueError(
                f"{config.origin}: foms.{fom.name}: metric: asks {source} a query, and that source is not configured",
                hint=f"add {source}: under sources, see docs/configuration.md, or set enabled: false on the row",
            )
    sources = {
        name: (SOURCES[name].declared_for(asked), settings) for name, settings in config.settings.sources.items()
    }
    return Project(config=config, sources=sources, foms=rows_of(foms, sources=set(sources)))


@contextmanager
def open_runtime(project: Project, *, clock: Clock, network: bool = False) -> Iterator[Runtime]:
    """Opens the store (migrating it) and, for `network` work in sandbox mode, makes sure that the sandbox answers."""
    with Store.open(project.config.settings.store) as store:
        if network and project.config.sandbox:
            with sandbox_reachable(port=project.config.sandbox_port, clock=clock) as url:
                reached = project if url is None else _moved(project, url)
                yield Runtime(project=reached, store=store, clock=clock)
        else:
            yield Runtime(project=project, store=store, clock=clock)


def _moved(project: Project, url: str) -> Project:
    """The sandbox's project with everything that it talks to at another base address."""
    settings = project.config.settings
    sources = {
        name: (source, source.settings.model_validate(source.demo(url)))
        for name, (source, _) in project.sources.items()
    }
    publish = settings.publish.model_copy(
        update={"datadog": settings.publish.datadog and DatadogSettings.model_validate(sandbox_datadog(url))}
    )
    config = replace(project.config, settings=settings.model_copy(update={"publish": publish}))
    return replace(project, config=config, sources=sources)

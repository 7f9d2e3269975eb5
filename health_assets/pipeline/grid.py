"""Grid: scores from the store -> the grid that every renderer draws."""

from collections.abc import Mapping, Sequence

import pandas as pd

from health_assets.grid.build import GridInput, RowInput, build_grid
from health_assets.grid.model import Grid
from health_assets.model.fom import Fom
from health_assets.model.time import Day
from health_assets.pipeline.runtime import Runtime
from health_assets.pipeline.score import outdated, score
from health_assets.scoring.explain import formula_text
from health_assets.scoring.sources import source_of
from health_assets.store.observations import ObservationKey, StoredEvidence


def load_grid(runtime: Runtime, *, days: Sequence[Day] | None = None, foms: Sequence[Fom] | None = None) -> Grid:
    """The grid of `days` (the configured window ending today by default) as of the runtime's clock.

    Scores made by another version of a catalogue row are made anew first, so that an edited threshold shows at once
    and for every stored day; that is arithmetic over the store, never a request.
    """
    settings = runtime.project.config.settings
    shown = tuple(days or runtime.days(settings.window_days))
    rows = tuple(runtime.project.foms if foms is None else foms)
    keys = [day.key for day in shown]
    stale = outdated(runtime, days=keys)
    if stale:
        score(runtime, stale)
    metrics = sorted({fom.metric for fom in rows})
    evidence = runtime.store.read_evidence(metrics, keys)
    collections = {name: runtime.store.last_collection(name) for name in runtime.project.sources}
    return build_grid(
        GridInput(
            rows=row_inputs(runtime, rows),
            days=shown,
            scores=runtime.store.read_scores(foms=[fom.name for fom in rows], days=keys),
            observations=_with_totals(runtime.store.read_observations(metrics=metrics, days=keys), evidence),
            evidence={key: found.pieces for key, found in evidence.items()},
            collections={name: found for name, found in collections.items() if found is not None},
            formula=formula_text,
            now=runtime.clock(),
            stale_after=settings.stale_after,
            zone=settings.zone,
            sandbox=runtime.project.config.sandbox,
        )
    )


def row_inputs(runtime: Runtime, foms: Sequence[Fom]) -> list[RowInput]:
    """Each row with its unit, definition and the scopes that its source is configured to watch."""
    declared = runtime.project.metrics()
    found = []
    for fom in foms:
        name = source_of(fom.metric)
        if name is None or name not in runtime.project.sources:
            raise ValueError(f"{fom.name}: no configured source measures {fom.metric}")
        source, settings = runtime.project.sources[name]
        metric = declared[fom.metric]
        scopes = ("",) if metric.measure is None else tuple(source.scopes(settings))
        found.append(RowInput(fom=fom, source=name, unit=metric.unit, definition=metric.definition, scopes=scopes))
    return found


def _with_totals(observations: pd.DataFrame, evidence: Mapping[ObservationKey, StoredEvidence]) -> pd.DataFrame:
    """Observations with `evidence_total`; those without a stored piece rest on none."""
    keys = zip(observations["metric"], observations["scope"], observations["day"], strict=True)
    totals = [found.total if (found := evidence.get(key)) else 0 for key in keys]
    return observations.assign(evidence_total=pd.array(totals, dtype="Int64"))

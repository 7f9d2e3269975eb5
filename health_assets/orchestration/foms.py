"""`fom/<area>/<name>`: scores, one multi-asset a source that can be subset."""

from collections.abc import Iterator, Sequence
from typing import Any

import dagster as dg
import pandas as pd

from health_assets.grid.colour import Colour, colour_of
from health_assets.model.fom import Fom
from health_assets.model.names import fom_key, raw_key
from health_assets.model.source import Source
from health_assets.orchestration.markdown import evidence_table
from health_assets.orchestration.runtime import RESOURCE, days_of, health_of
from health_assets.pipeline.refresh import restated_days
from health_assets.pipeline.runtime import Runtime
from health_assets.pipeline.score import score

CHECK = "not_critical"


def fom_assets(
    source: Source, foms: Sequence[Fom], *, partitions: dg.PartitionsDefinition[str], owner: str
) -> dg.AssetsDefinition:
    """The score assets of one source's catalogue rows, with their checks."""
    family_of = {metric.name: family.name for family in source.all_families for metric in family.metrics}
    specs = [_spec(source, fom, family_of[fom.metric], partitions=partitions, owner=owner) for fom in foms]

    @dg.multi_asset(
        name=f"score_{source.name}",
        specs=specs,
        check_specs=[
            dg.AssetCheckSpec(CHECK, asset=spec.key, description="The newest day is not red, and scores lie in [0, 1].")
            for spec in specs
        ],
        can_subset=True,
        backfill_policy=dg.BackfillPolicy.single_run(),
        required_resource_keys={RESOURCE},
        op_tags={"health/source": source.name},
    )
    def assets(context: dg.AssetExecutionContext) -> Iterator[Any]:
        with health_of(context).open() as runtime:
            days = days_of(context, runtime)
            chosen = [fom for fom in foms if dg.AssetKey(fom_key(fom.name)) in context.selected_asset_keys]
            changed = score(runtime, chosen, days={day.key for day in restated_days(runtime, days)})
            context.log.info("scored %s rows=%d days=%d changed=%d", source.name, len(chosen), len(days), changed)
            scores = runtime.store.read_scores(foms=[fom.name for fom in chosen], days=[day.key for day in days])
            for fom in chosen:
                yield from _report(context, runtime, fom, scores[scores["fom"] == fom.name], newest=days[-1].key)

    return assets


def _spec(
    source: Source, fom: Fom, family: str, *, partitions: dg.PartitionsDefinition[str], owner: str
) -> dg.AssetSpec:
    points = ", ".join(f"{x:g} -> {score_:g}" for x, score_ in fom.points)
    description = f"{fom.label} ({fom.condition})\n\nScore of `{fom.metric}`, piecewise linear: {points}.\n\n{fom.why}"
    return dg.AssetSpec(
        key=dg.AssetKey(fom_key(fom.name)),
        deps=[dg.AssetKey(raw_key(source.name, family))],
        description=description,
        group_name=f"fom_{fom_key(fom.name)[1]}",
        kinds={"numpy"},
        owners=[owner],
        tags={"layer": "fom", "source": source.name},
        partitions_def=partitions,
        # Dagster shows exactly the scores of an edited row as out of date
        code_version=fom.row_hash,
        metadata={"unit": "fraction", "metric": fom.metric, "condition": fom.condition},
    )


def _report(
    context: dg.AssetExecutionContext, runtime: Runtime, fom: Fom, scores: pd.DataFrame, *, newest: str
) -> Iterator[Any]:
    key = dg.AssetKey(fom_key(fom.name))
    for day, rows in scores.groupby("day"):
        context.add_asset_metadata(_day_metadata(rows), asset_key=key, partition_key=str(day))
    latest = scores[scores["day"] == newest]
    stored = runtime.store.read_evidence([fom.metric], [newest])
    evidence = [(scope, piece) for (_, scope, _), found in sorted(stored.items()) for piece in found.pieces]
    yield dg.MaterializeResult(
        asset_key=key, metadata={"evidence_of_newest_day": dg.MetadataValue.md(evidence_table(evidence))}
    )
    check = dg.AssetCheckKey(key, CHECK)
    if check in context.selected_asset_check_keys:
        yield _check(check, fom, latest)


def _day_metadata(rows: pd.DataFrame) -> dict[str, Any]:
    """The worst scope's numbers, which are what the grid shows; a missing score stays out of the plot."""
    known = rows[rows["score"].notna()]
    missing = sorted({str(reason) for reason in rows.loc[rows["score"].isna(), "reason"]})
    found: dict[str, Any] = {"missing": ", ".join(missing)} if missing else {}
    if len(known):
        worst = known.sort_values("score").iloc[0]
        found |= {
            "score": float(worst["score"]),
            "value": float(worst["value"]),
            "colour": colour_of(worst["score"]).value,
        }
    return found


def _check(check: dg.AssetCheckKey, fom: Fom, rows: pd.DataFrame) -> dg.AssetCheckResult:
    """Red is worth a warning; a score outside [0, 1] would be a bug of ours."""
    known = rows.loc[rows["score"].notna(), "score"]
    in_range = bool(known.between(0, 1).all())
    text = "no score" if known.empty else f"{fom.label}: score {known.min():.3f}, wanted: {fom.condition}"
    return dg.AssetCheckResult(
        asset_key=check.asset_key,
        check_name=check.name,
        passed=in_range and Colour.RED not in set(known.map(colour_of)),
        severity=dg.AssetCheckSeverity.WARN if in_range else dg.AssetCheckSeverity.ERROR,
        description=text,
    )

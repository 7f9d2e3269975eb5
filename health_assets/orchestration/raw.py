"""`raw/<source>/<family>`: observations, measured from the store without any network."""

from collections.abc import Iterator, Sequence
from typing import Any

import dagster as dg
import pandas as pd

from health_assets.model.metric import COLLECTOR_FAMILY, Family
from health_assets.model.names import raw_key, records_key
from health_assets.model.reason import Reason
from health_assets.model.source import Source
from health_assets.model.time import Day
from health_assets.orchestration.runtime import RESOURCE, days_of, health_of
from health_assets.pipeline.measure import Changed, measure, measure_collection
from health_assets.pipeline.refresh import restated_days
from health_assets.pipeline.runtime import Runtime

CHECK = "measured"
#: Reasons that are an answer, not a fault: nothing happened, or the day is past and cannot be known.
EXPECTED_REASONS = {Reason.NO_DATA.value, Reason.NOT_RECONSTRUCTIBLE.value}


def raw_assets(source: Source, *, partitions: dg.PartitionsDefinition[str], owner: str) -> dg.AssetsDefinition:
    """The observation assets of one source: its families, and the collection's own health."""
    specs = [_spec(source, family, partitions=partitions, owner=owner) for family in source.all_families]
    names = {family.name: [metric.name for metric in family.metrics] for family in source.all_families}

    @dg.multi_asset(
        name=f"measure_{source.name}",
        specs=specs,
        check_specs=[
            dg.AssetCheckSpec(
                CHECK, asset=spec.key, description="Every metric of the newest day has a value or nothing to measure."
            )
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
            wanted = [name for name in names if dg.AssetKey(raw_key(source.name, name)) in context.selected_asset_keys]
            changed = measure(runtime, source.name, days=restated_days(runtime, days), families=wanted)
            if COLLECTOR_FAMILY in wanted:
                measure_collection(runtime, source.name)
            context.log.info("measured %s days=%d changed=%d", source.name, len(days), len(changed))
            for family in wanted:
                yield from _report(context, runtime, source, family, names[family], days=days, changed=changed)

    return assets


def _spec(source: Source, family: Family, *, partitions: dg.PartitionsDefinition[str], owner: str) -> dg.AssetSpec:
    # the collection's own family needs no kind; it hangs on the first one, which every collection of the source brings
    kinds = sorted({kind for metric in family.metrics for kind in metric.needs}) or [source.kinds[0].name]
    rows = "\n".join(
        f"| `{metric.name}` | {metric.unit} | {metric.history} | {metric.definition} |" for metric in family.metrics
    )
    return dg.AssetSpec(
        key=dg.AssetKey(raw_key(source.name, family.name)),
        deps=[dg.AssetKey(records_key(source.name, kind)) for kind in kinds],
        description=f"{family.title}\n\n| metric | unit | history | definition |\n|---|---|---|---|\n{rows}",
        group_name=source.name,
        kinds={"pandas"},
        owners=[owner],
        tags={"layer": "raw"},
        partitions_def=partitions,
        code_version="1",
        metadata={"unit": ", ".join(sorted({metric.unit for metric in family.metrics}))},
    )


def _report(
    context: dg.AssetExecutionContext,
    runtime: Runtime,
    source: Source,
    family: str,
    metrics: Sequence[str],
    *,
    days: Sequence[Day],
    changed: Changed,
) -> Iterator[Any]:
    key = dg.AssetKey(raw_key(source.name, family))
    keys = [day.key for day in days]
    restated = sorted({day for metric, _, day in changed if metric in metrics and day not in keys})
    frame = runtime.store.read_observations(metrics=list(metrics), days=[*keys, *restated])
    for day in keys:
        context.add_asset_metadata(_day_metadata(frame[frame["day"] == day]), asset_key=key, partition_key=day)
    for day in restated:
        metadata = _day_metadata(frame[frame["day"] == day])
        context.log_event(
            dg.AssetMaterialization(key, partition=day, metadata=metadata, description="restated: facts arrived late")
        )
    yield dg.MaterializeResult(asset_key=key, metadata={"restated_days": len(restated)})
    check = dg.AssetCheckKey(key, CHECK)
    if check in context.selected_asset_check_keys:
        yield _check(check, frame[frame["day"] == keys[-1]])


def _day_metadata(frame: pd.DataFrame) -> dict[str, Any]:
    """One number a metric (the plots over days); several scopes are told apart by name; missing ones are counted."""
    several = len(frame["scope"].unique()) > 1
    found: dict[str, Any] = {}
    for row in frame[frame["value"].notna()].to_dict("records"):
        name = row["metric"].split(".", 1)[1]
        found[f"{name} [{row['scope']}]" if several else name] = row["value"]
    found["values"] = int(frame["value"].notna().sum())
    found["missing"] = int(frame["value"].isna().sum())
    return found


def _check(key: dg.AssetCheckKey, frame: pd.DataFrame) -> dg.AssetCheckResult:
    faults = frame[frame["value"].isna() & ~frame["reason"].isin(EXPECTED_REASONS)]
    lines = [f"{row['metric']} {row['scope']}: {row['reason']}: {row['detail']}" for row in faults.to_dict("records")]
    return dg.AssetCheckResult(
        asset_key=key.asset_key,
        check_name=key.name,
        passed=not lines,
        severity=dg.AssetCheckSeverity.WARN,
        description="\n".join(lines[:20]) if lines else "every metric has a value, or nothing to measure",
        metadata={"missing": len(lines)},
    )

"""`records/<source>/<kind>`: one step for all of them, in which the sources wait for their networks side by side.

An expected failure is data: it is stored, the check `complete` fails with severity ERROR and says what to do, and the
run goes on, so that measures, scores and publishers of the same run still happen (ADR 0003).
"""

from collections.abc import Iterator, Sequence
from typing import Any

import dagster as dg

from health_assets.model.names import records_key
from health_assets.model.observation import Collection
from health_assets.model.record import Coverage, RecordKind
from health_assets.model.source import Source
from health_assets.model.time import Day, iso
from health_assets.orchestration.runtime import RESOURCE, days_of, health_of
from health_assets.pipeline.collect import Collected, collect_side_by_side
from health_assets.pipeline.runtime import Runtime

CHECK = "complete"


def records_assets(
    sources: Sequence[Source], *, partitions: dg.PartitionsDefinition[str], owner: str
) -> dg.AssetsDefinition:
    """The records assets of all sources with their completeness checks."""
    specs = [_spec(source, kind, partitions=partitions, owner=owner) for source in sources for kind in source.kinds]

    @dg.multi_asset(
        name="collect_sources",
        specs=specs,
        check_specs=[
            dg.AssetCheckSpec(
                CHECK, asset=spec.key, description="Every day of the run was read, and nothing came short."
            )
            for spec in specs
        ],
        can_subset=True,
        backfill_policy=dg.BackfillPolicy.single_run(),
        required_resource_keys={RESOURCE},
    )
    def assets(context: dg.AssetExecutionContext) -> Iterator[Any]:
        chosen = {source.name: source for source in sources if _keys(source) & context.selected_asset_keys}
        with health_of(context).open(network=True) as runtime:
            days = days_of(context, runtime)
            # kinds share requests: some of a source's assets bring all of it, and only the selected are reported
            for name, collected in collect_side_by_side(runtime, list(chosen), days=days):
                _log(context, collected)
                for kind in chosen[name].kinds:
                    yield from _report(context, runtime, chosen[name], kind, days=days, collected=collected)

    return assets


def _keys(source: Source) -> set[dg.AssetKey]:
    return {dg.AssetKey(records_key(source.name, kind.name)) for kind in source.kinds}


def _spec(source: Source, kind: RecordKind, *, partitions: dg.PartitionsDefinition[str], owner: str) -> dg.AssetSpec:
    return dg.AssetSpec(
        key=dg.AssetKey(records_key(source.name, kind.name)),
        description=f"{kind.description}\n\nMode: {kind.mode.value}; look-back {kind.lookback.days} days.",
        group_name=source.name,
        kinds={source.name, "sql"},
        owners=[owner],
        tags={"layer": "records"},
        partitions_def=partitions,
        code_version="1",
        metadata={"unit": "record", "columns": dg.MetadataValue.md(_columns(kind))},
    )


def _columns(kind: RecordKind) -> str:
    return "| column | type |\n|---|---|\n" + "\n".join(f"| {name} | {kind_} |" for name, kind_ in kind.columns.items())


def _report(
    context: dg.AssetExecutionContext,
    runtime: Runtime,
    source: Source,
    kind: RecordKind,
    *,
    days: Sequence[Day],
    collected: Collected,
) -> Iterator[Any]:
    key = dg.AssetKey(records_key(source.name, kind.name))
    if key not in context.selected_asset_keys:
        return
    _, settings = runtime.project.sources[source.name]
    scopes = list(source.scopes(settings))
    held = {scope: runtime.store.read_coverage(source.name, scope=scope).get(kind.name, {}) for scope in scopes}
    for day in days:
        rows = [found for scope in scopes if (found := held[scope].get(day.key)) is not None]
        context.add_asset_metadata(_day_metadata(rows), asset_key=key, partition_key=day.key)
    yield dg.MaterializeResult(
        asset_key=key,
        metadata={
            "new_or_changed": collected.changed.get(kind.name, 0),
            "requests": collected.collection.requests,
            "duration_seconds": collected.collection.duration_seconds,
        },
    )
    check = dg.AssetCheckKey(key, CHECK)
    if check in context.selected_asset_check_keys:
        # a reading that came short does not replace a complete one in the store, but it has to be told
        for scope, batch in collected.batches.items():
            held[scope] = held[scope] | {row.day: row for row in batch.coverage if row.kind == kind.name}
        yield _check(check, collected.collection, problems=_problems(kind, held, days=days, runtime=runtime))


def _day_metadata(rows: Sequence[Coverage]) -> dict[str, Any]:
    if not rows:
        return {"coverage": "none"}
    captured = min(row.captured_at for row in rows)
    return {
        "records_of_the_day": sum(row.fetched for row in rows),
        "captured_at": dg.MetadataValue.timestamp(captured),
        "truncated": any(row.truncated for row in rows),
    }


def _problems(
    kind: RecordKind, held: dict[str, dict[str, Coverage]], *, days: Sequence[Day], runtime: Runtime
) -> list[str]:
    """What is not complete, one line a scope and day. A past day of a snapshot kind is not expected to exist."""
    today = runtime.day().key
    problems = []
    for scope, coverage in held.items():
        for day in days:
            found = coverage.get(day.key)
            if found is None and (kind.mode.value != "snapshot" or day.key == today):
                problems.append(f"{scope} {day.key}: not collected")
            elif found is not None and found.truncated:
                problems.append(f"{scope} {day.key}: {found.detail}")
    return problems


def _check(key: dg.AssetCheckKey, collection: Collection, *, problems: Sequence[str]) -> dg.AssetCheckResult:
    failures = [f"{scope}: {message}" for scope, _, message in collection.failures]
    shown = [*failures, *problems]
    return dg.AssetCheckResult(
        asset_key=key.asset_key,
        check_name=key.name,
        passed=not shown,
        severity=dg.AssetCheckSeverity.ERROR,
        description="\n".join(shown[:20]) if shown else f"complete up to {iso(collection.started_at)}",
        metadata={"problems": len(shown), "rejected_payloads": collection.rejected},
    )


def _log(context: dg.AssetExecutionContext, collected: Collected) -> None:
    collection = collected.collection
    for scope, cause, message in collection.failures:
        context.log.error("%s %s failed (%s): %s", collection.source, scope, cause, message)
    for scope, batch in collected.batches.items():
        for rejection in batch.rejections:
            context.log.warning(
                "%s %s: %s %s: %s", collection.source, scope, rejection.kind, rejection.key, rejection.problem
            )
    context.log.info(
        "collected %s requests=%d seconds=%.1f failed_scopes=%d rejected=%d",
        collection.source,
        collection.requests,
        collection.duration_seconds,
        len(collection.failures),
        collection.rejected,
    )

"""Dagster's own floor: the same assets, checks, partitions and edges, with steps that do nothing."""

from collections.abc import Iterator
from typing import Any

import dagster as dg

from health_assets.orchestration.schedules import JOB


def emptied(definitions: dg.Definitions) -> dg.Definitions:
    """Definitions whose steps materialise the same keys and report the same checks, and nothing else."""
    assets = [_empty(asset) for asset in definitions.assets or [] if isinstance(asset, dg.AssetsDefinition)]
    return dg.Definitions(
        assets=assets,
        jobs=[dg.define_asset_job(JOB, selection=dg.AssetSelection.all())],
        executor=dg.in_process_executor,
    )


def _empty(asset: dg.AssetsDefinition) -> dg.AssetsDefinition:
    specs = [spec.replace_attributes(automation_condition=None) for spec in asset.specs]
    checks = list(asset.check_specs)

    @dg.multi_asset(
        name=f"{asset.op.name}_floor",
        specs=specs,
        check_specs=checks,
        can_subset=True,
        backfill_policy=dg.BackfillPolicy.single_run(),
    )
    def floor(context: dg.AssetExecutionContext) -> Iterator[Any]:
        for spec in specs:
            if spec.key in context.selected_asset_keys:
                yield dg.MaterializeResult(asset_key=spec.key)
        for check in checks:
            yield dg.AssetCheckResult(asset_key=check.asset_key, check_name=check.name, passed=True)

    return floor

"""`publish/datadog/...`: points, dashboards and monitors, one step in which they share the grid and the connection.

What Datadog refuses or cannot be reached for fails a check and no run: the next publish sends it.
"""

from collections.abc import Iterator, Sequence
from typing import Any

import dagster as dg

from health_assets.datadog.apply import Action
from health_assets.model.errors import PublishError
from health_assets.model.fom import Fom
from health_assets.model.names import fom_key, publish_key
from health_assets.orchestration.publish import FRESHNESS, LATCH
from health_assets.orchestration.runtime import RESOURCE, health_of
from health_assets.pipeline.datadog.account import datadog_client, settings_of
from health_assets.pipeline.datadog.metrics import Sent, publish_metrics
from health_assets.pipeline.datadog.objects import Kept, publish_dashboards, publish_monitors
from health_assets.pipeline.grid import load_grid

CHECK = "accepted"
METRICS, DASHBOARDS, MONITORS = (
    dg.AssetKey(publish_key("datadog", name)) for name in ("metrics", "dashboards", "monitors")
)
DESCRIPTIONS = {
    METRICS: "Every raw metric and score of the running day under its own name, and every cell of the grid.",
    DASHBOARDS: "The widget grid, the heat map and the table, created once and then updated in place.",
    MONITORS: "The monitors of the file, created, updated and removed by their tags.",
}


def datadog_assets(foms: Sequence[Fom], *, owner: str) -> dg.AssetsDefinition:
    """The publishers of one Datadog account."""
    specs = [
        dg.AssetSpec(
            key=key,
            deps=[dg.AssetKey(fom_key(fom.name)) for fom in foms],
            group_name="publish",
            kinds={"datadog"},
            owners=[owner],
            tags={"layer": "publish"},
            description=description,
            metadata={"unit": "point" if key == METRICS else "object"},
            code_version="1",
            automation_condition=LATCH,
            freshness_policy=FRESHNESS,
        )
        for key, description in DESCRIPTIONS.items()
    ]

    @dg.multi_asset(
        name="publish_datadog",
        specs=specs,
        check_specs=[
            dg.AssetCheckSpec(CHECK, asset=key, description="Datadog was reached and took everything.")
            for key in DESCRIPTIONS
        ],
        can_subset=True,
        required_resource_keys={RESOURCE},
    )
    def assets(context: dg.AssetExecutionContext) -> Iterator[Any]:
        chosen = context.selected_asset_keys
        with health_of(context).open(network=True) as runtime, datadog_client(settings_of(runtime)) as api:
            grid = load_grid(runtime)
            if METRICS in chosen:
                yield from _sent(context, publish_metrics(runtime, grid, api))
            if DASHBOARDS in chosen:
                yield from _kept(context, DASHBOARDS, publish_dashboards(runtime, grid, api))
            if MONITORS in chosen:
                yield from _kept(context, MONITORS, publish_monitors(runtime, api))

    return assets


def _sent(context: dg.AssetExecutionContext, sent: Sent) -> Iterator[Any]:
    yield dg.MaterializeResult(
        asset_key=METRICS,
        metadata={
            "points": sent.points,
            "waiting": sent.waiting,
            "too_old_for_datadog": sent.too_old,
            "requests": sent.requests,
        },
    )
    yield from _check(context, METRICS, sent.problem, told=f"{sent.points} points taken, {sent.waiting} wait")


def _kept(context: dg.AssetExecutionContext, key: dg.AssetKey, kept: Kept) -> Iterator[Any]:
    counts = {action.value: sum(one.action is action for one in kept.applied) for action in Action}
    rows = "\n".join(f"| {one.name} | {one.action} | {one.id} | {one.url} |" for one in kept.applied)
    table = f"| name | what was done | id | address |\n|---|---|---|---|\n{rows}"
    yield dg.MaterializeResult(asset_key=key, metadata={**counts, "objects": dg.MetadataValue.md(table)})
    not_kept = [f"{one.name}: Datadog did not keep {', '.join(one.not_kept)}" for one in kept.applied if one.not_kept]
    yield from _check(context, key, kept.problem, told=f"{len(kept.applied)} are as they should be", also=not_kept)


def _check(
    context: dg.AssetExecutionContext,
    key: dg.AssetKey,
    problem: PublishError | None,
    *,
    told: str,
    also: Sequence[str] = (),
) -> Iterator[dg.AssetCheckResult]:
    if problem is not None:
        context.log.error("%s: %s", key.to_user_string(), problem)
    if dg.AssetCheckKey(key, CHECK) not in context.selected_asset_check_keys:
        return
    lines = [*([str(problem)] if problem else []), *also]
    yield dg.AssetCheckResult(
        asset_key=key,
        check_name=CHECK,
        passed=not lines,
        severity=dg.AssetCheckSeverity.ERROR,
        description="\n".join(lines) or told,
    )

"""`publish/<target>`: unpartitioned, so that a whole backfill is published once, and outside every source's failure.

They sit in the `collect` job (published at once) and carry the latch: after a run that raised, a rematerialisation by
hand or a backfill, the automation sensor publishes once more (ADR 0003).
"""

from collections.abc import Iterator, Sequence
from datetime import timedelta
from typing import Any

import dagster as dg

from health_assets.grid.colour import Colour
from health_assets.model.fom import Fom
from health_assets.model.names import fom_key, publish_key
from health_assets.orchestration.runtime import RESOURCE, health_of
from health_assets.pipeline.grid import load_grid
from health_assets.pipeline.publish import publish_page

LATCH = (
    dg.AutomationCondition.any_deps_updated().since_last_handled()
    & ~dg.AutomationCondition.any_deps_in_progress()
    & ~dg.AutomationCondition.in_progress()
).with_label("a score changed and nothing is running")

#: Two ticks without a publish are worth a look, four are an outage.
FRESHNESS = dg.FreshnessPolicy.time_window(fail_window=timedelta(hours=1), warn_window=timedelta(minutes=30))


def page_asset(foms: Sequence[Fom], *, owner: str) -> dg.AssetsDefinition:
    """The page, grid.json and grid.csv."""
    key = dg.AssetKey(publish_key("page"))

    @dg.asset(
        key=key,
        deps=[dg.AssetKey(fom_key(fom.name)) for fom in foms],
        group_name="publish",
        kinds={"html", "json", "csv"},
        owners=[owner],
        tags={"layer": "publish"},
        description="The grid as one self-contained HTML file, with grid.json and grid.csv beside it.",
        metadata={"unit": "fraction"},
        code_version="1",
        automation_condition=LATCH,
        freshness_policy=FRESHNESS,
        required_resource_keys={RESOURCE},
        check_specs=[
            dg.AssetCheckSpec("newest_day_is_today", asset=key, description="The grid ends with the running day.")
        ],
    )
    def page(context: dg.AssetExecutionContext) -> Iterator[Any]:
        with health_of(context).open() as runtime:
            grid = load_grid(runtime)
            folder = publish_page(runtime, grid)
            colours = [cell.colour for row in grid.rows for cell in row.cells]
            scored_today = [row for row in grid.rows if row.latest.provisional and row.latest.shown.score is not None]
            yield dg.MaterializeResult(
                metadata={
                    **{colour.value: colours.count(colour) for colour in Colour},
                    "page": dg.MetadataValue.path(str((folder / "index.html").resolve())),
                    "bytes": (folder / "index.html").stat().st_size,
                },
                check_results=[
                    dg.AssetCheckResult(
                        check_name="newest_day_is_today",
                        passed=bool(scored_today),
                        severity=dg.AssetCheckSeverity.WARN,
                        description=f"{len(scored_today)} rows have a score for today",
                    )
                ],
            )

    return page

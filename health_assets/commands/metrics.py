"""`health-assets metrics`: stored observations."""

from collections.abc import Hashable, Mapping, Sequence
from typing import Any
from zoneinfo import ZoneInfo

import click
import pandas as pd

from health_assets.commands.options import (
    DayType,
    day_from,
    print_rows,
    print_table,
    project_of,
    say_failed,
    source_named,
)
from health_assets.grid.wording import instant_text
from health_assets.model.metric import Family
from health_assets.model.time import iso
from health_assets.pipeline.runtime import open_runtime


@click.command("metrics")
@click.argument("source", required=False)
@click.option("--day", type=DayType(), default="today", show_default=True, help="Day to show.")
@click.option("--format", "form", type=click.Choice(["table", "json", "csv"]), default="table", show_default=True)
@click.pass_context
def command(ctx: click.Context, source: str | None, day: str, form: str) -> None:
    """List stored observations: metric, scope, day, value or reason, samples, as-of.

    \b
    Examples:
      health-assets metrics
      health-assets metrics github --day yesterday
      health-assets metrics github --day 2026-01-31 --format json
    """
    project, clock = project_of(ctx)
    names = [source_named(project, source)] if source else list(project.sources)
    with open_runtime(project, clock=clock) as runtime:
        chosen = day_from(runtime, day)
        wanted = [metric for name in names for metric in _declared(project.sources[name][0].all_families)]
        frame = runtime.store.read_observations(metrics=wanted, days=[chosen.key])
    if form == "table":
        _print(frame, zone=project.config.settings.zone)
    else:
        rows = [_document(row) for row in frame.to_dict("records")]
        print_rows(rows, columns=("metric", "scope", "day", "value", "reason", "detail", "samples", "as_of"), form=form)
    if frame.empty:
        say_failed(f"nothing is stored for {chosen.key}; run: health-assets backfill --days 1 --end {chosen.key}")
        ctx.exit(1)


def _document(row: Mapping[Hashable, Any]) -> dict[str, Any]:
    return {
        "metric": row["metric"],
        "scope": row["scope"],
        "day": row["day"],
        "value": None if pd.isna(row["value"]) else row["value"],
        "reason": None if pd.isna(row["reason"]) else row["reason"],
        "detail": row["detail"] or None,
        "samples": row["samples"],
        "as_of": iso(row["as_of"].to_pydatetime()),
    }


def _print(frame: pd.DataFrame, *, zone: ZoneInfo) -> None:
    """One table a scope; the collection's own metrics, which have none, come last."""
    for scope, rows in sorted(frame.groupby("scope"), key=lambda pair: (pair[0] == "", pair[0])):
        print_table(
            [
                {
                    "metric": row["metric"],
                    "value": None if pd.isna(row["value"]) else row["value"],
                    "samples": None if pd.isna(row["value"]) else int(row["samples"]),
                    "as_of": instant_text(row["as_of"].to_pydatetime(), zone),
                    "why": "" if pd.isna(row["reason"]) else f"{row['reason']}: {row['detail']}",
                }
                for row in rows.to_dict("records")
            ],
            columns={
                "metric": "metric",
                "value": "value",
                "samples": "samples",
                "as_of": "as of",
                "why": "why missing",
            },
            title=f"{str(scope) or 'the collection itself'}, {rows['day'].iloc[0]}",
        )


def _declared(families: Sequence[Family]) -> list[str]:
    return [metric.name for family in families for metric in family.metrics]

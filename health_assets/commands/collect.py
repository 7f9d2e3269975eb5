"""`health-assets collect`: a dry run of one source."""

from collections import Counter
from collections.abc import Mapping
from datetime import datetime

import click

from health_assets.commands.options import (
    DayType,
    console,
    day_from,
    print_rows,
    print_table,
    project_of,
    say_failed,
    source_named,
)
from health_assets.model.record import Batch
from health_assets.pipeline.collect import Collected, collect
from health_assets.pipeline.runtime import open_runtime


@click.command("collect")
@click.argument("source")
@click.option("--day", type=DayType(), default="today", show_default=True, help="Day to collect for.")
@click.option("--refetch", is_flag=True, help="Read days again although they are final.")
@click.option("--format", "form", type=click.Choice(["table", "json", "csv"]), default="table", show_default=True)
@click.pass_context
def command(ctx: click.Context, source: str, day: str, refetch: bool, form: str) -> None:
    """Try SOURCE without storing anything: what would be stored, and the requests it made.

    It builds on what is stored already, as a tick does: after a backfill only what is new is read.

    \b
    Examples:
      health-assets collect github
      health-assets collect github --day 2026-01-31 --format json
    """
    project, clock = project_of(ctx)
    source_named(project, source)
    with open_runtime(project, clock=clock, network=True) as runtime:
        collected = collect(runtime, source, days=[day_from(runtime, day)], refetch=refetch, store_it=False)
    if form == "table":
        for scope, batch in collected.batches.items():
            print_table(_rows(scope, batch), columns=_HEADINGS, title=f"{scope}: what would be stored (nothing was)")
    else:
        rows = [row for scope, batch in collected.batches.items() for row in _rows(scope, batch)]
        print_rows(rows, columns=_COLUMNS, form=form)
    _say(collected, quiet=form != "table")
    ctx.exit(0 if collected.collection.ok else 1)


_HEADINGS = {
    "kind": "kind",
    "records": "records",
    "last": "newest",
    "days_covered": "days",
    "truncated": "cut short",
    "rejected": "rejected",
}
_COLUMNS = ("scope", "kind", "records", "first", "last", "days_covered", "truncated", "rejected")


def _rows(scope: str, batch: Batch) -> list[Mapping[str, object]]:
    kinds = sorted({record.kind for record in batch.records} | {row.kind for row in batch.coverage})
    rejected = Counter(rejection.kind for rejection in batch.rejections)
    rows: list[Mapping[str, object]] = []
    for kind in kinds:
        records = [record for record in batch.records if record.kind == kind]
        coverage = [row for row in batch.coverage if row.kind == kind]
        instants = sorted(record.starts_at for record in records)
        rows.append(
            {
                "scope": scope,
                "kind": kind,
                "records": len(records),
                "first": _minute(instants[0]) if instants else None,
                "last": _minute(instants[-1]) if instants else None,
                "days_covered": len(coverage),
                "truncated": sum(row.truncated for row in coverage),
                "rejected": rejected[kind],
            }
        )
    return rows


def _minute(instant: datetime) -> str:
    return f"{instant:%Y-%m-%d %H:%M}Z"


def _say(collected: Collected, *, quiet: bool) -> None:
    """The cost and what is wrong; with a script format all of it goes to stderr, so that stdout stays parseable."""
    out = console()
    out.stderr = quiet
    collection = collected.collection
    out.print(f"{collection.requests} requests in {collection.duration_seconds:.1f} s", markup=False)
    for what, count in sorted(collected.sent.items(), key=lambda pair: (-pair[1], pair[0])):
        out.print(f"{count:5}  {what}", markup=False)
    for batch in collected.batches.values():
        for rejection in batch.rejections:
            out.print(f"rejected {rejection.kind} {rejection.key}: {rejection.problem}", markup=False, style="yellow")
    for scope, cause, message in collection.failures:
        say_failed(f"failed {scope} ({cause}): {message}")

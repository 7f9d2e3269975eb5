"""`health-assets restore`: recorded metrics of past days, read back from Datadog."""

import click

from health_assets.commands.options import DayType, console, day_from, print_rows, print_table, project_of
from health_assets.model.time import iso
from health_assets.pipeline.restore import Restored, restore
from health_assets.pipeline.runtime import open_runtime

COLUMNS = {"metric": "metric", "scope": "scope", "day": "day", "value": "value", "as_of": "published at"}


@click.command("restore")
@click.option("--days", type=click.IntRange(1, 400), default=7, show_default=True, help="How many days.")
@click.option("--end", type=DayType(), default="yesterday", show_default=True, help="The last of them.")
@click.option("--dry-run", is_flag=True, help="Show what would be restored and write nothing.")
@click.option("--format", "form", type=click.Choice(["table", "json", "csv"]), default="table", show_default=True)
@click.pass_context
def command(ctx: click.Context, days: int, end: str, dry_run: bool, form: str) -> None:
    """Fill recorded metrics of past days, which no source can tell any more, with what was published to Datadog on
    those days, and score them. A stored value is never replaced; today is left to its sources.

    \b
    Examples:
      health-assets restore --days 7 --dry-run
      health-assets restore --days 30
    """
    project, clock = project_of(ctx)
    with open_runtime(project, clock=clock, network=True) as runtime:
        chosen = runtime.days(days, end=day_from(runtime, end))
        found = restore(runtime, days=chosen, store_it=not dry_run)
    rows = [
        {"metric": one.metric, "scope": one.scope, "day": one.day, "value": one.value, "as_of": iso(one.as_of)}
        for one in found.observations
    ]
    if form == "table":
        if rows:
            print_table(rows, columns=COLUMNS)
        console().print(_summary(found, dry_run=dry_run), markup=False)
    else:
        print_rows(rows, columns=tuple(COLUMNS), form=form)


def _summary(found: Restored, *, dry_run: bool) -> str:
    done = "would restore" if dry_run else "restored"
    return f"{done} {len(found.observations)} of {found.missing} missing values, requests: {found.requests}"

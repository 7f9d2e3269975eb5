"""`health-assets backfill`: a range of days as one run."""

import click

from health_assets.commands.options import DayType, console, day_from, project_of, say_failed
from health_assets.pipeline.runtime import open_runtime
from health_assets.pipeline.sandbox import sandbox_served


@click.command("backfill")
@click.option("--days", type=click.IntRange(1, 400), required=True, help="How many days.")
@click.option("--end", type=DayType(), default="today", show_default=True, help="The last of them.")
@click.pass_context
def command(ctx: click.Context, days: int, end: str) -> None:
    """Collect, measure, score and publish a range of days as one Dagster run.

    Days that are final in the store are not fetched again: they are only measured and scored anew.

    \b
    Examples:
      health-assets backfill --days 8
      health-assets backfill --days 30 --end 2026-01-31
    """
    project, clock = project_of(ctx)
    with open_runtime(project, clock=clock) as runtime:
        chosen = runtime.days(days, end=day_from(runtime, end))
    from health_assets.orchestration.backfill import backfill

    span = f"{chosen[0].key} to {chosen[-1].key}"
    with sandbox_served(project.config, now=ctx.find_root().obj["now"]), console().status(f"backfilling {span} ..."):
        result = backfill(project, clock=clock, days=chosen)
    failures = []
    with open_runtime(project, clock=clock) as runtime:
        for name in project.sources:
            last = runtime.store.last_collection(name)
            failures += [(name, *failure) for failure in last.failures] if last else []
    console().print(f"backfilled {span} as run {result.run_id}", markup=False)
    for name, scope, cause, message in failures:
        say_failed(f"failed {name} {scope} ({cause}): {message}")
    ctx.exit(1 if failures else 0)

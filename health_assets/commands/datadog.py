"""`health-assets datadog`: what is in Datadog and should be, without waiting for a tick."""

import json

import click

from health_assets.commands.options import console, print_table, project_of, say_failed
from health_assets.datadog.apply import Action, Applied
from health_assets.datadog.dashboards import DASHBOARDS
from health_assets.pipeline.datadog.account import datadog_client, settings_of
from health_assets.pipeline.datadog.objects import monitor_bodies, publish_dashboards, publish_monitors
from health_assets.pipeline.grid import load_grid
from health_assets.pipeline.runtime import open_runtime

DIFFERENCES_SHOWN = 20


@click.group("datadog")
def command() -> None:
    """Compare, bring up to date, or print the dashboards and monitors in Datadog.

    \b
    Examples:
      health-assets datadog diff
      health-assets datadog apply
      health-assets datadog export widget_grid > widget_grid.json
    """


@command.command("diff")
@click.pass_context
def diff(ctx: click.Context) -> None:
    """Show what `apply` would do, and write nothing. Exit code 1 when something differs.

    \b
    Example:
      health-assets datadog diff
    """
    applied = _run(ctx, dry_run=True)
    _show(applied)
    ctx.exit(1 if any(one.action is not Action.UNCHANGED for one in applied) else 0)


@command.command("apply")
@click.pass_context
def apply(ctx: click.Context) -> None:
    """Create, update and remove dashboards and monitors so that they are as they should be.

    \b
    Example:
      health-assets datadog apply
    """
    _show(_run(ctx, dry_run=False))


@command.command("export")
@click.argument("what", type=click.Choice([*DASHBOARDS, "monitors"]))
@click.pass_context
def export(ctx: click.Context, what: str) -> None:
    """Print a dashboard, or all monitors, as the JSON that is sent.

    \b
    Example:
      health-assets datadog export widget_grid > widget_grid.json
    """
    project, clock = project_of(ctx)
    with open_runtime(project, clock=clock) as runtime:
        settings = settings_of(runtime)
        body = (
            monitor_bodies(runtime, settings)
            if what == "monitors"
            else DASHBOARDS[what](load_grid(runtime), env=settings.env, owner=project.config.settings.owner)
        )
    click.echo(json.dumps(body, indent=2, ensure_ascii=False))


def _run(ctx: click.Context, *, dry_run: bool) -> list[Applied]:
    project, clock = project_of(ctx)
    with (
        open_runtime(project, clock=clock, network=True) as runtime,
        datadog_client(settings_of(runtime)) as api,
    ):
        kept = [
            publish_dashboards(runtime, load_grid(runtime), api, dry_run=dry_run),
            publish_monitors(runtime, api, dry_run=dry_run),
        ]
    for one in kept:
        if one.problem is not None:
            say_failed(f"failed {one.problem.message}")
            if one.problem.hint:
                say_failed(f"  {one.problem.hint}")
    if any(one.problem is not None for one in kept):
        ctx.exit(1)
    return [applied for one in kept for applied in one.applied]


def _show(applied: list[Applied]) -> None:
    rows = [{"name": one.name, "action": one.action.value, "id": one.id, "url": one.url} for one in applied]
    print_table(rows, columns={"name": "name", "action": "action", "id": "id", "url": "address"})
    for one in applied:
        for difference in one.differs[:DIFFERENCES_SHOWN]:
            console().print(f"{one.name}: {difference}", markup=False)
        if len(one.differs) > DIFFERENCES_SHOWN:
            console().print(f"{one.name}: and {len(one.differs) - DIFFERENCES_SHOWN} more", markup=False)
        for lost in one.not_kept:
            say_failed(f"{one.name}: Datadog did not keep {lost}")

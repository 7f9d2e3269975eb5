"""`health-assets grid`: the grid in the terminal, or as JSON or CSV."""

import click

from health_assets.commands.options import DayType, console, day_from, project_of
from health_assets.grid.exports import grid_csv, grid_json
from health_assets.grid.terminal import print_grid
from health_assets.pipeline.grid import load_grid
from health_assets.pipeline.runtime import open_runtime


@click.command("grid")
@click.option("--days", type=click.IntRange(1, 31), help="Columns; default window_days of the configuration (7).")
@click.option("--end", type=DayType(), default="today", show_default=True, help="The last column.")
@click.option("--format", "form", type=click.Choice(["table", "json", "csv"]), default="table", show_default=True)
@click.pass_context
def command(ctx: click.Context, days: int | None, end: str, form: str) -> None:
    """Show the grid: rows of Figures of Merit, one column a day, from the store.

    \b
    Examples:
      health-assets grid
      health-assets grid --days 14 --end yesterday
      health-assets grid --format csv > grid.csv
    """
    project, clock = project_of(ctx)
    with open_runtime(project, clock=clock) as runtime:
        count = days or project.config.settings.window_days
        grid = load_grid(runtime, days=runtime.days(count, end=day_from(runtime, end)))
    if form == "json":
        click.echo(grid_json(grid))
    elif form == "csv":
        click.echo(grid_csv(grid), nl=False)
    else:
        print_grid(grid, console=console())

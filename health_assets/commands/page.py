"""`health-assets page`: the page from the store."""

import click

from health_assets.commands.options import project_of
from health_assets.pipeline.grid import load_grid
from health_assets.pipeline.publish import publish_page
from health_assets.pipeline.runtime import open_runtime


@click.command("page")
@click.pass_context
def command(ctx: click.Context) -> None:
    """Write the page, grid.json and grid.csv from the store; no source is asked.

    \b
    Example:
      health-assets page
    """
    project, clock = project_of(ctx)
    with open_runtime(project, clock=clock) as runtime:
        folder = publish_page(runtime, load_grid(runtime))
    click.echo(f"wrote {folder / 'index.html'}")

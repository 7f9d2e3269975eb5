"""`health-assets sandbox`: the local stand-in services in the foreground."""

from pathlib import Path

import click

from health_assets.commands.options import console
from health_assets.config import SANDBOX_PORT
from health_assets.model.time import iso
from health_assets.pipeline.clock import clock_from
from health_assets.sandbox.demo import REPOSITORY, demo_server
from health_assets.sandbox.github.recorded import recorded_repositories
from health_assets.sandbox.server import SandboxServer


@click.command("sandbox")
@click.option(
    "--github",
    "folder",
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    help="Serve this folder of recorded payloads instead of the demo team.",
)
@click.option("--now", "own_now", metavar="INSTANT", help="Serve everything as of this instant.")
@click.option(
    "--port", type=click.IntRange(0, 65535), default=SANDBOX_PORT, show_default=True, help="0 takes a free one."
)
@click.option(
    "--latency", type=click.FloatRange(0, 60), default=0.0, show_default=True, help="Seconds added to a request."
)
@click.pass_context
def command(ctx: click.Context, folder: Path | None, own_now: str | None, port: int, latency: float) -> None:
    """Run the stand-in services on 127.0.0.1 until Ctrl-C.

    \b
    Examples:
      health-assets sandbox
      health-assets sandbox --github recordings/ --now 2021-09-20T00:00:00Z
    """
    clock = clock_from(own_now or ctx.find_root().obj["now"])
    if folder is None:
        server = demo_server(clock=clock, port=port, latency=latency)
        names, absent = [REPOSITORY], list[str]()
    else:
        recorded = recorded_repositories(folder)
        names, absent = sorted(recorded.repositories), list(recorded.absent)
        server = SandboxServer(
            recorded.repositories, now=clock, port=port, latency=latency, title=f"recorded: {folder.name}"
        )
    out = console()
    out.print(f"GitHub stand-in on {server.url}, as of {iso(clock())}", markup=False)
    for name in names:
        out.print(f"  repository {name}", markup=False)
    for kind in absent:
        out.print(f"  not recorded, served empty: {kind}", markup=False, style="yellow")
    out.print(
        "use it with  api_url: " + server.url + "  under sources.github in health.yaml; Ctrl-C stops it", markup=False
    )
    server.serve_forever()

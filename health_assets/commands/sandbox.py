"""`health-assets sandbox`: the local stand-in services in the foreground."""

import sys
from pathlib import Path
from threading import Thread

import click
import yaml

from health_assets.commands.options import console
from health_assets.config import SANDBOX_PORT
from health_assets.model.time import iso
from health_assets.pipeline.clock import Clock, clock_from
from health_assets.sandbox.demo import demo_server
from health_assets.sandbox.github.recorded import recorded_repositories
from health_assets.sandbox.server import SandboxServer
from health_assets.sources.registry import SOURCES


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
@click.option("--while-stdin-is-open", is_flag=True, hidden=True, help="End with the process that started this one.")
@click.pass_context
def command(
    ctx: click.Context, folder: Path | None, own_now: str | None, port: int, latency: float, while_stdin_is_open: bool
) -> None:
    """Run the stand-in services on 127.0.0.1 until Ctrl-C.

    \b
    Examples:
      health-assets sandbox
      health-assets sandbox --github recordings/ --now 2021-09-20T00:00:00Z
    """
    clock = clock_from(own_now or ctx.find_root().obj["now"])
    server = _demo(clock, port=port, latency=latency) if folder is None else _replay(folder, clock, port, latency)
    if while_stdin_is_open:
        Thread(target=_stop_at_the_end_of_stdin, args=(server,), daemon=True).start()
    server.serve_forever()


def _demo(clock: Clock, *, port: int, latency: float) -> SandboxServer:
    server = demo_server(clock=clock, port=port, latency=latency)
    out = console()
    out.print(
        f"stand-ins of {len(SOURCES)} sources on {server.url}, as of {iso(clock())}; Ctrl-C stops them", markup=False
    )
    out.print("read them with this health.yaml:\n", markup=False)
    settings = {name: dict(source.demo(server.url)) for name, source in SOURCES.items()}
    out.print(yaml.safe_dump({"sources": settings}, sort_keys=False), markup=False)
    return server


def _replay(folder: Path, clock: Clock, port: int, latency: float) -> SandboxServer:
    recorded = recorded_repositories(folder)
    server = SandboxServer(
        recorded.repositories, now=clock, port=port, latency=latency, title=f"recorded: {folder.name}"
    )
    out = console()
    out.print(f"GitHub stand-in on {server.url}, as of {iso(clock())}", markup=False)
    for name in sorted(recorded.repositories):
        out.print(f"  repository {name}", markup=False)
    for kind in recorded.absent:
        out.print(f"  not recorded, served empty: {kind}", markup=False, style="yellow")
    out.print(
        "use it with  api_url: " + server.url + "  under sources.github in health.yaml; Ctrl-C stops it", markup=False
    )
    return server


def _stop_at_the_end_of_stdin(server: SandboxServer) -> None:
    """A killed parent cannot end its child, but its end of the pipe is closed."""
    sys.stdin.buffer.read()
    server.stop()

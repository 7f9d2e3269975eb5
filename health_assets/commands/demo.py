"""`health-assets demo`: sandbox, backfill, grid, page and Dagster UI with one command."""

import importlib
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterable
from functools import partial
from pathlib import Path

import click

from health_assets.commands.options import console
from health_assets.config import FORCE_SANDBOX
from health_assets.grid.terminal import print_grid
from health_assets.model.errors import HealthError
from health_assets.pipeline.clock import Clock, clock_from
from health_assets.pipeline.gaps import open_days
from health_assets.pipeline.grid import load_grid
from health_assets.pipeline.runtime import Project, load_project, open_runtime
from health_assets.pipeline.sandbox import sandbox_served
from health_assets.sandbox.presence import in_use

UI_HOST = "127.0.0.1"
STOP_SECONDS = 15.0


@click.command("demo")
@click.option("--ui/--no-ui", default=True, help="Leave the Dagster UI running, or end after the grid.")
@click.option("--port", type=click.IntRange(1, 65535), default=3000, show_default=True, help="Port of the Dagster UI.")
@click.option(
    "--days", type=click.IntRange(1, 40), default=8, show_default=True, help="Days to backfill, today included."
)
@click.pass_context
def command(ctx: click.Context, ui: bool, port: int, days: int) -> None:
    """Show everything against the built-in sandbox, whatever health.yaml says; numbers stay in var/sandbox.

    \b
    Examples:
      health-assets demo
      health-assets demo --no-ui
      health-assets demo --port 3001
    """
    os.environ[FORCE_SANDBOX] = "1"
    for stop in (signal.SIGINT, signal.SIGTERM):
        # also when started in the background, where a shell has interrupts ignored: the UI's processes must not be left
        signal.signal(stop, signal.default_int_handler)
    now = ctx.find_root().obj["now"]
    project, clock = load_project(), clock_from(now)
    if ui and in_use(port):
        # Dagster's own message comes after half a minute
        raise HealthError(
            f"port {port} on {UI_HOST} is in use", hint="stop what listens there, or choose another: --port 3001"
        )
    with sandbox_served(project.config, now=now, meanwhile=partial(_load, project.sources)) as started:
        _backfill(project, clock, days=days)
        with open_runtime(project, clock=clock) as runtime:
            print_grid(load_grid(runtime), console=console())
        page = (project.config.settings.publish.page.path / "index.html").resolve()
        console().print(f"\npage     {page.as_uri()}", markup=False)
        if ui:
            _serve_ui(port, sandbox=started or f"http://{UI_HOST}:{project.config.sandbox_port}")


def _load(sources: Iterable[str]) -> None:
    """Imports what the backfill needs while the sandbox starts on the other core."""
    with console().status("starting the sandbox and loading Dagster ..."):
        for module in ("orchestration.backfill", "datadog.client", *(f"sources.{name}.fetch" for name in sources)):
            importlib.import_module(f"health_assets.{module}")


def _backfill(project: Project, clock: Clock, *, days: int) -> None:
    from health_assets.orchestration.backfill import backfill

    with open_runtime(project, clock=clock) as runtime:
        window = runtime.days(days)
        # a second start only reads what is new: a day that is final needs no run
        chosen = window[window.index(open_days(runtime, window)[0]) :]
    with console().status(f"collecting, measuring and scoring {chosen[0].key} to {chosen[-1].key} ..."):
        backfill(project, clock=clock, days=chosen)


def _serve_ui(port: int, *, sandbox: str) -> None:
    log = Path(os.environ["DAGSTER_HOME"]) / "dagster-dev.log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "dagster", "dev", "-m", "health_assets.definitions", "-h", UI_HOST, "-p", str(port)],
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        try:
            with console().status("starting the Dagster UI ..."):
                _wait(lambda: _answers(port), process=process, log=log)
            out = console()
            out.print(f"Dagster  http://{UI_HOST}:{port}   (lineage: /asset-groups; log: {log})", markup=False)
            out.print(f"Datadog  {sandbox}/datadog/   (a stand-in: the dashboards as they were pushed)", markup=False)
            out.print(f"sandbox  {sandbox}", markup=False)
            out.print(
                "The schedule collects every 15 minutes and the sensor publishes. Ctrl-C stops everything.",
                markup=False,
            )
            process.wait()
        except KeyboardInterrupt:
            console().print("\nstopping ...", markup=False)
        finally:
            _stop(process)


def _answers(port: int) -> bool:
    try:
        with socket.create_connection((UI_HOST, port), timeout=1):
            return True
    except OSError:
        return False


def _wait(ready: Callable[[], bool], *, process: "subprocess.Popen[bytes]", log: Path, seconds: float = 120) -> None:
    until = time.monotonic() + seconds
    while not ready():
        if process.poll() is not None or time.monotonic() > until:
            raise HealthError("the Dagster UI did not start", hint=f"see {log}")
        time.sleep(0.2)


def _stop(process: "subprocess.Popen[bytes]") -> None:
    """Ends the whole process group: `dagster dev` has children of its own."""
    if process.poll() is not None:
        return
    os.killpg(process.pid, signal.SIGINT)
    try:
        process.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()

"""Sandbox mode: whoever needs the services finds them, started for the occasion if need be.

The server's libraries are imported when one is started: a code location that uses real services never loads them.
"""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from tempfile import TemporaryFile
from typing import IO

from health_assets.config import Config
from health_assets.model.errors import HealthError
from health_assets.pipeline.clock import Clock
from health_assets.sandbox.presence import HOST, in_use, is_serving

START_SECONDS = 60.0
STOP_SECONDS = 5.0


@contextmanager
def sandbox_reachable(*, port: int, clock: Clock) -> Iterator[str | None]:
    """None while a sandbox answers on `port`, else the base address of one that lives as long as this.

    Its history is a function of the calendar, so that every sandbox serves the same past.
    """
    if is_serving(port):
        yield None
        return
    from health_assets.sandbox.demo import demo_server

    with demo_server(clock=clock) as server:
        yield server.url


@contextmanager
def sandbox_served(
    config: Config, *, now: str | None, meanwhile: Callable[[], None] = lambda: None
) -> Iterator[str | None]:
    """In sandbox mode, serves the configured port from a process of its own, unless it is served already.

    A process, so that stand-ins and client do not take turns on one core. now: the instant of a clock that stands.
    `meanwhile` is called while the services start. Gives their address when they were started here, else None.
    Raises HealthError when something else holds the port, or when they do not start.
    """
    port = config.sandbox_port
    if not config.sandbox or is_serving(port):
        meanwhile()
        yield None
        return
    if in_use(port):
        raise HealthError(
            f"port {port} on {HOST} is in use",
            hint="stop what listens there, or set HEALTH_SANDBOX_PORT to another port",
        )
    with TemporaryFile() as output, _process(port, now=now, output=output) as process:
        meanwhile()
        _wait(process, port=port, output=output)
        yield f"http://{HOST}:{port}"


@contextmanager
def _process(port: int, *, now: str | None, output: IO[bytes]) -> Iterator["subprocess.Popen[bytes]"]:
    process = subprocess.Popen(
        [sys.executable, "-m", "health_assets", "sandbox", "--port", str(port), "--while-stdin-is-open"],
        env={**os.environ, **({"HEALTH_NOW": now} if now else {})},
        stdin=subprocess.PIPE,
        stdout=output,
        stderr=subprocess.STDOUT,
        # an interrupt from the terminal is for this process, which then ends that one
        start_new_session=True,
    )
    try:
        yield process
    finally:
        process.terminate()
        try:
            process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        if process.stdin:
            process.stdin.close()


def _wait(process: "subprocess.Popen[bytes]", *, port: int, output: IO[bytes]) -> None:
    until = time.monotonic() + START_SECONDS
    while not is_serving(port):
        if process.poll() is not None or time.monotonic() > until:
            output.seek(0)
            said = output.read().decode(errors="replace").strip()
            raise HealthError(f"the sandbox did not start on port {port}: {said}", hint="try: health-assets sandbox")
        time.sleep(0.05)

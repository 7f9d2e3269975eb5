"""The demo's sandbox in a process of its own, as the demo runs it, with a clock that the bench moves."""

import multiprocessing
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

from health_assets.sandbox.presence import is_serving

START_SECONDS = 60.0


class SharedClock:
    """An instant that both processes read."""

    def __init__(self, seconds: Any) -> None:
        self._seconds = seconds

    def __call__(self) -> datetime:
        return datetime.fromtimestamp(self._seconds.value, tz=UTC)

    def set(self, instant: datetime) -> None:
        """Moves the clock of both processes."""
        self._seconds.value = instant.timestamp()


@contextmanager
def sandbox_process(*, now: datetime, latency: float) -> Iterator[tuple[int, SharedClock]]:
    """Port and clock. latency: seconds added to each request."""
    spawning = multiprocessing.get_context("spawn")
    seconds, port = spawning.Value("d", now.timestamp()), spawning.Value("i", 0)
    process = spawning.Process(target=_serve, args=(seconds, port, latency), daemon=True)
    process.start()
    try:
        until = time.monotonic() + START_SECONDS
        while not (port.value and is_serving(port.value)):
            if not process.is_alive() or time.monotonic() > until:
                raise SystemExit("the sandbox's process did not start")
            time.sleep(0.05)
        yield port.value, SharedClock(seconds)
    finally:
        process.terminate()
        process.join()


def _serve(seconds: Any, port: Any, latency: float) -> None:
    from health_assets.sandbox.demo import demo_server

    server = demo_server(clock=SharedClock(seconds), latency=latency)
    port.value = server.port
    server.serve_forever()

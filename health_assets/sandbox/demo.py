"""The sandbox with its demo worlds."""

from collections.abc import Callable
from datetime import datetime

from health_assets.sandbox.github.demo import demo_repository
from health_assets.sandbox.server import SandboxServer


def demo_server(
    repository: str, *, clock: Callable[[], datetime], port: int = 0, latency: float = 0.0
) -> SandboxServer:
    """The sandbox with a busy team's last 45 days, on `port` (0 = a free one). Raises HealthError when it is taken."""
    world = demo_repository(repository, now=clock())
    return SandboxServer({repository: world}, now=clock, port=port, latency=latency, title="demo")

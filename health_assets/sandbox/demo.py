"""The sandbox with its demo worlds: one line a service."""

from collections.abc import Callable, Sequence
from datetime import datetime

from starlette.routing import BaseRoute

from health_assets.sandbox.github.demo import demo_repository
from health_assets.sandbox.presence import TITLE
from health_assets.sandbox.server import SandboxServer

Clock = Callable[[], datetime]
REPOSITORY = "acme/rocket"
#: Routes of the stand-ins that live under a prefix of their own, made for a clock.
SERVICES: Sequence[Callable[[Clock], Sequence[BaseRoute]]] = ()


def demo_server(*, clock: Clock, port: int = 0, latency: float = 0.0) -> SandboxServer:
    """The sandbox with a busy team's last 45 days, on `port` (0 = a free one). Raises HealthError when it is taken."""
    return SandboxServer(
        {REPOSITORY: demo_repository(REPOSITORY, now=clock())},
        now=clock,
        port=port,
        latency=latency,
        title=TITLE,
        services=[route for service in SERVICES for route in service(clock)],
    )

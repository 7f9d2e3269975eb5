"""The sandbox with its demo worlds: one line a service."""

from collections.abc import Callable, Sequence
from datetime import datetime

from starlette.routing import BaseRoute

from health_assets.sandbox.asana.demo import demo_routes as asana
from health_assets.sandbox.datadog.demo import demo_routes as datadog
from health_assets.sandbox.ec2.demo import demo_routes as ec2
from health_assets.sandbox.github.demo import demo_repository
from health_assets.sandbox.kubernetes.demo import demo_routes as kubernetes
from health_assets.sandbox.presence import TITLE
from health_assets.sandbox.results.demo import demo_results
from health_assets.sandbox.server import SandboxServer
from health_assets.sandbox.skypilot.demo import demo_routes as skypilot
from health_assets.sandbox.wandb.demo import demo_routes as wandb

Clock = Callable[[], datetime]
REPOSITORY = "acme/rocket"
#: Routes of the stand-ins that live under a prefix of their own, made for a clock.
SERVICES: Sequence[Callable[[Clock], Sequence[BaseRoute]]] = (
    wandb,
    skypilot,
    asana,
    ec2,
    kubernetes,
    demo_results,
    datadog,
)


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

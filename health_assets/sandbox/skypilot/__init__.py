"""SkyPilot's stand-in: an API server's health, managed jobs and clusters, served as of the clock.

server = ApiServer(world, clock=clock)
SandboxServer(..., services=routes(server))  # sources.skypilot.api_url: http://127.0.0.1:PORT/skypilot
"""

from health_assets.sandbox.skypilot.service import PREFIX, ApiServer, routes
from health_assets.sandbox.skypilot.world import Cluster, Job, World

__all__ = ["PREFIX", "ApiServer", "Cluster", "Job", "World", "routes"]

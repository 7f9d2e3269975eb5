"""The stand-in of AWS behind a real server, and a runtime with the EC2 source only."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from health_assets.sandbox.ec2.service import routes
from health_assets.sandbox.ec2.world import Instance, InstanceType, Region, Snapshot, Volume
from health_assets.sandbox.server import SandboxServer
from health_assets.sources.ec2.settings import Settings

NOW = datetime(2026, 3, 18, 15, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
REGION = "us-east-1"
TYPES = {
    "m6i.xlarge": InstanceType(vcpus=4, list_price=0.2, spot_price=0.08),
    "g5.2xlarge": InstanceType(vcpus=8, gpus=1, list_price=1.2, spot_price=0.5),
    "x9.secret": InstanceType(vcpus=2),
}


def machine(name: str, instance_type: str = "m6i.xlarge", *, age: timedelta = 10 * DAY, **facts: Any) -> Instance:
    """An instance that runs since its launch, at 50% CPU."""
    launched = NOW - age
    given = {"runs": [(launched, None)], "cpu": [(launched, 50.0)], **facts}
    return Instance(instance_id=f"i-{name}", instance_type=instance_type, **given)


def disk(name: str, *, size: int = 100, **facts: Any) -> Volume:
    return Volume(volume_id=f"vol-{name}", size_gib=size, created_at=NOW - 20 * DAY, **facts)


def saved(name: str, at: datetime = NOW - DAY, *, size: int = 8, **facts: Any) -> Snapshot:
    return Snapshot(snapshot_id=f"snap-{name}", size_gib=size, started_at=at, **facts)


def region(**facts: Any) -> Region:
    return Region(**{"types": TYPES, **facts})


def settings_at(url: str, *, regions: tuple[str, ...] = (REGION,), **changes: Any) -> Settings:
    address = url + "/aws/{region}"
    endpoints = {"ec2": address, "cloudwatch": address, "pricing": address.replace("{region}", REGION)}
    return Settings(regions=regions, endpoints=endpoints, **changes)


@pytest.fixture
def worlds() -> dict[str, Region]:
    """What the stand-in of a test serves; read anew at each request."""
    return {}


@pytest.fixture
def serve(worlds: dict[str, Region]) -> Iterator[Callable[..., SandboxServer]]:
    """Starts a stand-in that serves a region as of NOW; `server.now` moves its clock."""
    running: list[SandboxServer] = []

    def start(world: Region, *, page: int = 1_000) -> SandboxServer:
        worlds[REGION] = world
        server: SandboxServer = SandboxServer(
            {}, now=NOW, services=routes(worlds, clock=lambda: server.clock(), page=page)
        )
        running.append(server)
        return server.__enter__()

    yield start
    for server in running:
        server.stop()

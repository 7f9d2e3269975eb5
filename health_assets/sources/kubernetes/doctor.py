"""What `health-assets doctor` tries against each cluster: one line each, with what to do when it fails."""

import time
from collections.abc import Iterator

from health_assets.model.errors import HealthError
from health_assets.model.source import Check
from health_assets.sources.doctor import refused, tried_in_turn
from health_assets.sources.kubernetes.client import Client
from health_assets.sources.kubernetes.settings import Cluster, Settings


def diagnose(settings: Settings) -> list[Check]:
    """Server, pods, deployments and metrics API of each cluster. One request more than a collection."""
    return [check for cluster in settings.clusters for check in _checks(cluster, settings)]


def _checks(cluster: Cluster, settings: Settings) -> Iterator[Check]:
    name = f"kubernetes: {cluster.name}"
    try:
        client = Client(cluster, settings, deadline=time.monotonic() + settings.deadline_seconds)
    except HealthError as error:
        yield refused(name, error)
        return
    try:
        yield from tried_in_turn(
            (name, lambda: f"reachable, version {client.version()}"),
            (f"{name}: pods", lambda: f"readable, {len(client.pods())} pods"),
            (f"{name}: deployments", lambda: f"readable, {len(client.deployments())} deployments"),
            (f"{name}: metrics", lambda: f"readable, usage of {len(client.pod_metrics())} pods"),
        )
    finally:
        client.close()

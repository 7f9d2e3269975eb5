"""What `health-assets doctor` tries against each cluster: one line each, with what to do when it fails."""

import time
from collections.abc import Callable, Iterator

from health_assets.model.errors import HealthError
from health_assets.model.source import Check
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
        yield Check(name=name, ok=False, detail=error.message, hint=error.hint)
        return
    try:
        reach = _tried(name, lambda: f"reachable, version {client.version()}")
        yield reach
        if not reach.ok:
            return
        yield _tried(f"{name}: pods", lambda: f"readable, {len(client.pods())} pods")
        yield _tried(f"{name}: deployments", lambda: f"readable, {len(client.deployments())} deployments")
        yield _tried(f"{name}: metrics", lambda: f"readable, usage of {len(client.pod_metrics())} pods")
    finally:
        client.close()


def _tried(name: str, probe: Callable[[], str]) -> Check:
    try:
        return Check(name=name, ok=True, detail=probe())
    except HealthError as error:
        return Check(name=name, ok=False, detail=error.message, hint=error.hint)

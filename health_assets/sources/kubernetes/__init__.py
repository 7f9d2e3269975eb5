"""Kubernetes: pods, deployments and their use of CPU and memory, of one or more clusters (scope = cluster).

Signs in as the service account of its own pod (`in_cluster: true`), with a kubeconfig and one of its contexts, or
at an `api_url` with `token: {env: K8S_TOKEN}` and `ca_file`. It only lists pods, deployments and pods.metrics.k8s.io of
all namespaces. On loopback (the sandbox) no credentials are needed.

Limits: the API keeps no history, so every metric is recorded: a day that was not watched is missing. The use of CPU and
memory comes from metrics-server; without it those metrics are missing, and the others stay.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from health_assets.model.record import Batch
from health_assets.model.source import Check, FetchRequest, Source
from health_assets.sources.kubernetes.metrics import FAMILIES
from health_assets.sources.kubernetes.records import KINDS
from health_assets.sources.kubernetes.settings import Settings

__all__ = ["SOURCE", "Settings"]


def _scopes(settings: Settings) -> Sequence[str]:
    return [cluster.name for cluster in settings.clusters]


def _fetch(settings: Settings, request: FetchRequest) -> Batch:
    from health_assets.sources.kubernetes.fetch import fetch

    return fetch(settings, request)


def _diagnose(settings: Settings) -> Sequence[Check]:
    from health_assets.sources.kubernetes.doctor import diagnose

    return diagnose(settings)


def _demo(base_url: str) -> Mapping[str, Any]:
    return {"clusters": [{"name": "demo", "api_url": f"{base_url}/kubernetes"}]}


SOURCE = Source(
    name="kubernetes",
    title="Kubernetes",
    description="Pods, deployments and resource use of the configured clusters.",
    kinds=KINDS,
    families=FAMILIES,
    settings=Settings,
    scopes=_scopes,
    fetch=_fetch,
    diagnose=_diagnose,
    demo=_demo,
    scopes_share_a_server=False,
)

"""The routes of the Kubernetes stand-in: chunked lists as of the clock.

The server is reached with a prefix behind its address, which the client puts before every path.
"""

import base64
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from health_assets.model.time import iso, parse_instant
from health_assets.sandbox.kubernetes.world import Cluster, Container, Deployment, Pod

PREFIX = "/kubernetes"
ServeItems = Callable[[datetime], Sequence[dict[str, Any]]]


@dataclass
class Kubernetes:
    """The state behind the routes: a cluster, which may be set while it is served, and the clock it is served as of.

    token: with one, requests without it are answered with 401.
    """

    cluster: Cluster
    clock: Callable[[], datetime]
    token: str = ""

    def now(self) -> datetime:
        """The clock's instant in UTC."""
        return self.clock().astimezone(UTC)

    async def version(self, request: Request) -> Response:
        """GET /version."""
        return self._refusal(request) or JSONResponse({"major": "1", "minor": "34", "gitVersion": "v1.34.1-sandbox"})

    async def pods(self, request: Request) -> Response:
        """GET /api/v1/pods."""
        return self._list(request, "PodList", lambda now: [_pod(pod) for pod in self.cluster.pods_at(now)])

    async def deployments(self, request: Request) -> Response:
        """GET /apis/apps/v1/deployments."""
        return self._list(
            request, "DeploymentList", lambda now: [_deployment(item) for item in self.cluster.deployments_at(now)]
        )

    async def pod_metrics(self, request: Request) -> Response:
        """GET /apis/metrics.k8s.io/v1beta1/pods; metrics-server knows no chunks and answers with everything."""
        if not self.cluster.usage_served:
            return Response("404 page not found\n", status_code=404, media_type="text/plain")
        load, now = self.cluster.load(self.now()), self.now()
        pods = [pod for pod in self.cluster.pods_at(now) if pod.has_usage and pod.on_node and pod.phase == "Running"]
        items = [_usage(pod, now=now, load=load) for pod in pods]
        body = {"kind": "PodMetricsList", "apiVersion": "metrics.k8s.io/v1beta1", "metadata": {}, "items": items}
        return self._refusal(request) or JSONResponse(body)

    def _list(self, request: Request, kind: str, serve: ServeItems) -> Response:
        refused = self._refusal(request)
        if refused is not None:
            return refused
        # all chunks show the state that the first one was taken from
        at, start = _from_token(request.query_params.get("continue", "")) or (self.now(), 0)
        items = serve(at)
        end = start + int(request.query_params.get("limit", 0)) or len(items)
        left = len(items) - end
        about = {"continue": _token(at, end), "remainingItemCount": left} if left > 0 else {}
        return JSONResponse(
            {"kind": kind, "apiVersion": "v1", "metadata": {"resourceVersion": "1", **about}, "items": items[start:end]}
        )

    def _refusal(self, request: Request) -> Response | None:
        if not self.token or request.headers.get("authorization") == f"Bearer {self.token}":
            return None
        return JSONResponse(problem(401, "Unauthorized"), status_code=401)


def routes(service: Kubernetes, *, prefix: str = PREFIX) -> list[BaseRoute]:
    """The routes of one cluster behind `prefix`."""
    return [
        Route(f"{prefix}/version/", service.version),
        Route(f"{prefix}/api/v1/pods", service.pods),
        Route(f"{prefix}/apis/apps/v1/deployments", service.deployments),
        Route(f"{prefix}/apis/metrics.k8s.io/v1beta1/pods", service.pod_metrics),
    ]


def problem(code: int, message: str) -> dict[str, Any]:
    """The body of a refused request."""
    return {"kind": "Status", "apiVersion": "v1", "status": "Failure", "message": message, "code": code}


def _token(at: datetime, start: int) -> str:
    return base64.urlsafe_b64encode(f"{iso(at)}|{start}".encode()).decode()


def _from_token(token: str) -> tuple[datetime, int] | None:
    if not token:
        return None
    at, _, start = base64.urlsafe_b64decode(token).decode().partition("|")
    return parse_instant(at), int(start)


def _about(item: Pod | Deployment) -> dict[str, Any]:
    return {"name": item.name, "namespace": item.namespace, "creationTimestamp": _second(item.created_at)}


def _pod(pod: Pod) -> dict[str, Any]:
    status: dict[str, Any] = {"phase": pod.phase}
    if pod.reason:
        status["reason"] = pod.reason
    spec: dict[str, Any] = {}
    for is_init, part, statuses in (
        (True, "initContainers", "initContainerStatuses"),
        (False, "containers", "containerStatuses"),
    ):
        containers = [container for container in pod.containers if container.is_init is is_init]
        if containers:
            spec[part] = [{"name": one.name, "resources": _resources(one)} for one in containers]
        if containers and pod.on_node:
            status[statuses] = [_status(one, since=pod.created_at) for one in containers]
    return {"metadata": _about(pod), "spec": spec, "status": status}


def _resources(container: Container) -> dict[str, Any]:
    asked = {name: text for name, text in (("cpu", container.cpu), ("memory", container.memory)) if text}
    return {"requests": asked} if asked else {}


def _status(container: Container, *, since: datetime) -> dict[str, Any]:
    last = {}
    if container.oom_killed_at is not None:
        ended = {"exitCode": 137, "reason": "OOMKilled", "finishedAt": _second(container.oom_killed_at)}
        last = {"terminated": ended}
    waits = {"waiting": {"reason": container.waiting}}
    state = waits if container.waiting else {"running": {"startedAt": _second(since)}}
    return {"name": container.name, "restartCount": container.restarts, "state": state, "lastState": last}


def _usage(pod: Pod, *, now: datetime, load: float) -> dict[str, Any]:
    containers = [
        {
            "name": one.name,
            "usage": {"cpu": f"{round(one.cores * load * 1e9)}n", "memory": f"{round(one.mebibytes * 1024)}Ki"},
        }
        for one in pod.containers
        if not one.is_init
    ]
    return {"metadata": _about(pod), "timestamp": _second(now), "window": "15s", "containers": containers}


def _deployment(item: Deployment) -> dict[str, Any]:
    return {"metadata": _about(item), "spec": {"replicas": item.replicas}, "status": {"replicas": item.replicas}}


def _second(instant: datetime) -> str:
    return instant.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")

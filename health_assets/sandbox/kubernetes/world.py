"""The facts of a cluster that the Kubernetes stand-in serves: pods and deployments with their lifetimes."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, kw_only=True)
class Container:
    """A container and how it is.

    cpu, memory: requests as quantities, empty for none. cores, mebibytes: what it uses at a load of 1.
    waiting: why it waits, empty while it runs. oom_killed_at: when it last ended for want of memory.
    """

    name: str = "main"
    cpu: str = ""
    memory: str = ""
    cores: float = 0.0
    mebibytes: float = 0.0
    waiting: str = ""
    restarts: int = 0
    oom_killed_at: datetime | None = None
    is_init: bool = False


@dataclass(frozen=True, kw_only=True)
class Pod:
    """A pod from `created_at` up to `deleted_at`. A pod without a node has no containers that could have a status."""

    namespace: str
    name: str
    created_at: datetime
    deleted_at: datetime | None = None
    phase: str = "Running"
    reason: str = ""
    containers: Sequence[Container] = (Container(),)
    on_node: bool = True
    has_usage: bool = True


@dataclass(frozen=True, kw_only=True)
class Deployment:
    """A deployment and the number of replicas that it is scaled to."""

    namespace: str
    name: str
    created_at: datetime
    replicas: int = 1


def steady(_: datetime) -> float:
    """The same load at all times."""
    return 1.0


@dataclass(frozen=True, kw_only=True)
class Cluster:
    """A cluster. load: what the containers' use is multiplied with at an instant. usage_served: has metrics-server."""

    pods: Sequence[Pod] = ()
    deployments: Sequence[Deployment] = ()
    load: Callable[[datetime], float] = steady
    usage_served: bool = True

    def pods_at(self, now: datetime) -> list[Pod]:
        """The pods that exist at `now`, in the order of a listing."""
        alive = [pod for pod in self.pods if pod.created_at <= now and (pod.deleted_at is None or pod.deleted_at > now)]
        return sorted(alive, key=lambda pod: (pod.namespace, pod.name))

    def deployments_at(self, now: datetime) -> list[Deployment]:
        """The deployments that exist at `now`, in the order of a listing."""
        alive = [deployment for deployment in self.deployments if deployment.created_at <= now]
        return sorted(alive, key=lambda deployment: (deployment.namespace, deployment.name))

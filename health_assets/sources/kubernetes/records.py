"""Kubernetes facts: the record kinds, and records from payloads.

All kinds are snapshots of a day: the API keeps no history. Unknown phases and reasons are kept, in lower case.
"""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Any

from health_assets.model.errors import ContractError
from health_assets.model.record import Column, Mode, Record, RecordKind
from health_assets.model.time import Day
from health_assets.sources.fields import Payload, instant, optional, required

PODS = RecordKind(
    source="kubernetes",
    name="pods",
    mode=Mode.SNAPSHOT,
    description="Pods with their phase and the troubles of their containers, by day; a past day cannot be read again.",
    columns={
        "namespace": Column.TEXT,
        "name": Column.TEXT,
        "phase": Column.TEXT,
        # why the whole pod is as it is, such as evicted
        "reason": Column.TEXT,
        "created_at": Column.TIME,
        # reasons why containers wait, each once; init containers too
        "waiting": Column.JSON,
        # of the container with the most, since the pod was made
        "restarts": Column.INTEGER,
        # the latest end of a container for want of memory
        "oom_killed_at": Column.TIME,
    },
)

POD_USAGE = RecordKind(
    source="kubernetes",
    name="pod_usage",
    mode=Mode.SNAPSHOT,
    description="CPU (cores) and memory (bytes) that each pod uses and requests, by day; needs metrics-server.",
    columns={
        "namespace": Column.TEXT,
        "name": Column.TEXT,
        "phase": Column.TEXT,
        "cpu_used": Column.NUMBER,
        "memory_used": Column.NUMBER,
        # None = no container requests any
        "cpu_requested": Column.NUMBER,
        "memory_requested": Column.NUMBER,
    },
)

DEPLOYMENTS = RecordKind(
    source="kubernetes",
    name="deployments",
    mode=Mode.SNAPSHOT,
    description="Deployments with the number of replicas they are scaled to, by day.",
    columns={"namespace": Column.TEXT, "name": Column.TEXT, "created_at": Column.TIME, "replicas": Column.INTEGER},
)

KINDS = (PODS, POD_USAGE, DEPLOYMENTS)

Units = Callable[[Any], float]
"""A quantity's text in cores or bytes; raises ValueError."""


def keyed(item: Any) -> Any:
    """The object with its namespace/name as `key`; what is no object stays as it is."""
    if not isinstance(item, Mapping) or not isinstance(item.get("metadata"), Mapping):
        return item
    about = item["metadata"]
    return {**item, "key": f"{about.get('namespace')}/{about.get('name')}"}


def pod(payload: Payload, *, day: Day) -> Record:
    """The record of a pod as listed. Raises ContractError."""
    status = required(payload, "status", dict)
    containers = _each(status, "initContainerStatuses") + _each(status, "containerStatuses")
    states = [_one(container, "state") for container in containers]
    reasons = [optional(_one(state, "waiting"), "reason", str) for state in states]
    ends = [_one(state, "terminated") for state in states + [_one(container, "lastState") for container in containers]]
    killed = [instant(end, "finishedAt") for end in ends if end.get("reason") == "OOMKilled"]
    reason = optional(status, "reason", str)
    return _record(
        PODS,
        payload,
        day=day,
        data={
            "phase": required(status, "phase", str).lower(),
            "reason": None if reason is None else reason.lower(),
            "created_at": _created(payload),
            "waiting": sorted({reason.lower() for reason in reasons if reason}),
            "restarts": max((required(container, "restartCount", int) for container in containers), default=0),
            "oom_killed_at": max(killed, default=None),
        },
    )


def deployment(payload: Payload, *, day: Day) -> Record:
    """The record of a deployment as listed. Raises ContractError."""
    replicas = required(required(payload, "spec", dict), "replicas", int)
    return _record(DEPLOYMENTS, payload, day=day, data={"created_at": _created(payload), "replicas": replicas})


def pod_usage(payload: Payload, *, day: Day, pods: Mapping[str, Payload], units: Units) -> Record | None:
    """The record of what a pod uses, with what it requests; None for a pod that is not listed. Raises ContractError.

    payload: an item of the metrics API. pods: namespace/name -> pod as listed.
    """
    listed = pods.get(required(payload, "key", str))
    if listed is None:
        return None
    usages = [required(container, "usage", dict) for container in _each(payload, "containers")]
    return _record(
        POD_USAGE,
        payload,
        day=day,
        data={
            "phase": required(required(listed, "status", dict), "phase", str).lower(),
            "cpu_used": sum(_quantity(usage, "cpu", units) for usage in usages),
            "memory_used": sum(_quantity(usage, "memory", units) for usage in usages),
            "cpu_requested": _requested(listed, "cpu", units),
            "memory_requested": _requested(listed, "memory", units),
        },
    )


def running_since(payload: Payload) -> datetime | None:
    """Since when a listed pod exists if it is running, else None. Raises ContractError."""
    running = required(required(payload, "status", dict), "phase", str) == "Running"
    return _created(payload) if running else None


def _requested(payload: Payload, resource: str, units: Units) -> float | None:
    """What the pod requests as a whole where it does, else the sum over its containers and sidecars.

    Sidecars are the init containers that go on running (restartPolicy Always); the others have ended by then.
    """
    spec = required(payload, "spec", dict)
    sidecars = [part for part in _each(spec, "initContainers") if part.get("restartPolicy") == "Always"]
    whole = _requests(spec)
    parts = [whole] if resource in whole else [_requests(part) for part in _each(spec, "containers") + sidecars]
    asked = [_quantity(part, resource, units) for part in parts if resource in part]
    return sum(asked) if asked else None


def _requests(payload: Payload) -> Payload:
    return _one(_one(payload, "resources"), "requests")


def _quantity(payload: Payload, resource: str, units: Units) -> float:
    if resource not in payload:
        raise ContractError(f"{resource} is missing")
    try:
        return units(payload[resource])
    except ValueError:
        raise ContractError(f"{resource} is {str(payload[resource])[:40]!r}, expected a quantity") from None


def _created(payload: Payload) -> datetime:
    return instant(required(payload, "metadata", dict), "creationTimestamp")


def _one(payload: Payload, key: str) -> Payload:
    """The object at `key`; the API leaves out what is empty."""
    return optional(payload, key, dict) or {}


def _each(payload: Payload, key: str) -> list[Payload]:
    """The objects of the list at `key`; the API leaves out what is empty."""
    found: Iterable[Any] = optional(payload, key, list) or []
    return [required({key: item}, key, dict) for item in found]


def _record(kind: RecordKind, payload: Payload, *, day: Day, data: Mapping[str, Any]) -> Record:
    key = required(payload, "key", str)
    about = required(payload, "metadata", dict)
    named = {name: required(about, name, str) for name in ("namespace", "name")}
    # equal from tick to tick where nothing changed, so that the store rewrites only what did
    return Record(
        kind=kind.name,
        key=f"{day.key}/{key}",
        version=day.key,
        starts_at=day.start,
        ends_at=day.end,
        data={**named, **data},
    )

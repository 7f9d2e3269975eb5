"""Fetch of one cluster: what is there now, as the snapshot of the current day."""

from collections.abc import Callable, Mapping
from datetime import timedelta
from functools import partial
from typing import Any

from health_assets.model.errors import Cause, ContractError, SourceError
from health_assets.model.record import Batch, Coverage, Record, RecordKind
from health_assets.model.source import FetchRequest
from health_assets.model.time import Day
from health_assets.sources.fields import Payload, read_each
from health_assets.sources.kubernetes.client import Client, in_units
from health_assets.sources.kubernetes.records import (
    DEPLOYMENTS,
    KINDS,
    POD_USAGE,
    PODS,
    deployment,
    keyed,
    pod,
    pod_usage,
    running_since,
)
from health_assets.sources.kubernetes.settings import Settings
from health_assets.sources.planning import today_of

Reader = Callable[[Payload], Record | None]

#: What the metrics API may answer while the rest of the cluster can be read well.
NO_USAGE = frozenset({Cause.NOT_FOUND, Cause.SERVER_ERROR, Cause.PERMISSION})
#: metrics-server scrapes once a minute by default and needs two scrapes to know the CPU use of a new container.
WARM_UP = timedelta(minutes=5)
#: A few pods always lack usage (one of their containers restarts); more than that is a listing that came short.
MISSING_SHARE = 0.1


def fetch(settings: Settings, request: FetchRequest) -> Batch:
    """The cluster as it is now when today is asked for, else nothing: a past day cannot be read any more.

    Raises SourceError with the number of requests made, and ConfigError when a secret is not set.
    """
    today = today_of(request)
    if today is None:
        return Batch(scope=request.scope, records=(), coverage=(), requests=0)
    cluster = settings.cluster(request.scope)
    client = Client(cluster, settings, deadline=request.deadline, meter=request.meter)
    try:
        listed = [keyed(item) for item in client.pods()]
        used, unknown = _usage(client)
        deployed = [keyed(item) for item in client.deployments()]
    finally:
        client.close()
    return _batch(request, today, client.requests, listed=listed, used=used, unknown=unknown, deployed=deployed)


def _batch(
    request: FetchRequest,
    today: Day,
    requests: int,
    *,
    listed: list[Any],
    used: list[Any],
    unknown: str,
    deployed: list[Any],
) -> Batch:
    pods = {item["key"]: item for item in listed if isinstance(item, Mapping) and "key" in item}
    usage = partial(pod_usage, day=today, pods=pods, units=in_units)
    readers: tuple[tuple[RecordKind, list[Any], Reader, str], ...] = (
        (PODS, listed, partial(pod, day=today), ""),
        (POD_USAGE, used, usage, unknown or _shortage(pods, used, request)),
        (DEPLOYMENTS, deployed, partial(deployment, day=today), ""),
    )
    read = {kind.name: read_each(kind.name, payloads, reader, name="key") for kind, payloads, reader, _ in readers}
    return Batch(
        scope=request.scope,
        records=tuple(record for records, _ in read.values() for record in records),
        coverage=tuple(
            Coverage(
                kind=kind.name,
                day=today.key,
                captured_at=request.now,
                fetched=len(read[kind.name][0]),
                truncated=bool(detail),
                detail=detail,
            )
            for kind, _, _, detail in readers
        ),
        requests=requests,
        rejections=tuple(rejection for _, rejections in read.values() for rejection in rejections),
        snapshots={kind.name: today.key for kind in KINDS},
    )


def _usage(client: Client) -> tuple[list[Any], str]:
    """Items of the metrics API, or why there are none."""
    try:
        return [keyed(item) for item in client.pod_metrics()], ""
    except SourceError as error:
        if error.cause not in NO_USAGE:
            raise
        return [], f"{error.message}: metrics-server is not there or may not be read"


def _shortage(pods: Mapping[str, Payload], used: list[Any], request: FetchRequest) -> str:
    """How many running pods lack usage, when it is too many; otherwise nothing."""
    expected = {key for key, item in pods.items() if _is_settled(item, request)}
    missing = len(expected - {item.get("key") for item in used if isinstance(item, Mapping)})
    if missing <= MISSING_SHARE * len(expected):
        return ""
    return f"the metrics API knows nothing of {missing} of {len(expected)} running pods"


def _is_settled(item: Payload, request: FetchRequest) -> bool:
    try:
        since = running_since(item)
    except ContractError:
        # a pod that cannot be read is counted among the rejections of its own kind
        return False
    return since is not None and since <= request.now - WARM_UP

"""Fetch of one region: the EBS snapshots, and for today the instances and volumes as they are now, in one Batch.

A steady tick makes 5 requests: instances, volumes, snapshots, CPU, spot prices; an instance type that was not seen
before costs one more, and prices that are due at most PRICES_A_TICK. Sizes and prices are taken from the records of
the last two days, so that nothing is asked for twice a day.
"""

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from functools import partial
from typing import Any

import pandas as pd

from health_assets.model.errors import Cause, ConfigError, ContractError, HealthError, SourceError
from health_assets.model.record import Batch, Coverage, Record, RecordKind, Rejection
from health_assets.model.source import Check, FetchRequest, Meter
from health_assets.model.time import Day, day_at
from health_assets.sources.ec2.client import Client, failed
from health_assets.sources.ec2.pricing import Prices, Product
from health_assets.sources.ec2.records import (
    INSTANCES,
    SNAPSHOTS,
    VOLUMES,
    Payload,
    Reading,
    instance,
    missed,
    size_of,
    snapshot,
    volume,
)
from health_assets.sources.ec2.settings import Settings

MEMORY = timedelta(days=2)
PROBE = Product("t3.micro", "RunInstances", "default")


def fetch(settings: Settings, request: FetchRequest) -> Batch:
    """What makes every day asked for measurable; no request when none of them is today and all are settled.

    Raises SourceError with the requests made, and ConfigError when a secret is not set.
    """
    today = day_at(request.now, request.zone)
    days = [day for day in request.days if day.start <= request.now]
    if today not in days and all(_is_settled(request, day) for day in days):
        return Batch(scope=request.scope, records=(), coverage=(), requests=0)
    client = Client(settings, region=request.scope, deadline=request.deadline, meter=request.meter)
    try:
        return _Harvest(client, request, days).batch(today if today in days else None)
    except ContractError as error:
        # a size or a price that cannot be read would make a sum too small without anybody seeing it
        failure = failed(f"{request.scope}: {error.message}", Cause.BAD_PAYLOAD)
        failure.requests = request.meter.requests
        raise failure from error
    except SourceError as error:
        error.requests = request.meter.requests
        raise


def diagnose(settings: Settings) -> list[Check]:
    """Credentials, and for each region whether instances, volumes and prices can be read."""
    deadline = time.monotonic() + settings.deadline_seconds
    checks = []
    for region in settings.regions:
        try:
            client = Client(settings, region=region, deadline=deadline, meter=Meter())
        except (ConfigError, SourceError) as error:
            return [Check(name="ec2: credentials", ok=False, detail=error.message, hint=error.hint)]
        probes: Mapping[str, Callable[[], Sequence[Any]]] = {
            "instances": client.instances,
            "volumes": client.volumes,
            "prices": partial(client.list_price, PROBE.filters(region=region)),
        }
        checks += [_tried(f"ec2: {region}: {what}", probe) for what, probe in probes.items()]
    return checks


def _tried(name: str, probe: Callable[[], Sequence[Any]]) -> Check:
    try:
        return Check(name=name, ok=True, detail=f"readable, {len(probe())} found")
    except HealthError as error:
        return Check(name=name, ok=False, detail=error.message, hint=error.hint)


def _is_settled(request: FetchRequest, day: Day) -> bool:
    held = None if request.refetch else request.known.coverage(SNAPSHOTS.name).get(day.key)
    return held is not None and not held.truncated and held.captured_at >= day.end + SNAPSHOTS.grace


class _Harvest:
    """One fetch in progress."""

    def __init__(self, client: Client, request: FetchRequest, days: Sequence[Day]) -> None:
        self._client = client
        self._request = request
        self._days = days
        self._rejections: list[Rejection] = []

    def batch(self, today: Day | None) -> Batch:
        """Everything; instances and volumes only when `today` is asked for."""
        now = self._request.now
        snapshots = self._snapshots()
        records = list(snapshots)
        coverage = [
            Coverage(
                kind=SNAPSHOTS.name,
                day=day.key,
                captured_at=now,
                fetched=sum(one.ends_at is None and one.starts_at <= day.end for one in snapshots),
            )
            for day in self._days
        ]
        if today is not None:
            volumes = self._read(VOLUMES, self._client.volumes(), partial(volume, day=today.key, now=now), "VolumeId")
            for kind, found in ((INSTANCES, self._instances(today)), (VOLUMES, volumes)):
                records += found
                coverage.append(Coverage(kind=kind.name, day=today.key, captured_at=now, fetched=len(found)))
        return Batch(
            scope=self._request.scope,
            records=tuple(records),
            coverage=tuple(coverage),
            requests=self._request.meter.requests,
            rejections=tuple(self._rejections),
            snapshots={} if today is None else {INSTANCES.name: today.key, VOLUMES.name: today.key},
        )

    def _read(
        self, kind: RecordKind, payloads: Iterable[Payload], read: Callable[[Payload], Record], name: str
    ) -> list[Record]:
        found = []
        for payload in payloads:
            try:
                found.append(read(payload))
            except ContractError as error:
                key = str(payload.get(name, "?"))[:80]
                self._rejections.append(Rejection(kind=kind.name, key=key, problem=error.message))
        return found

    def _snapshots(self) -> list[Record]:
        """Those that are listed, and those stored that no longer are."""
        now = self._request.now
        payloads = self._client.snapshots()
        listed = self._read(SNAPSHOTS, payloads, partial(snapshot, now=now), "SnapshotId")
        known = self._request.known.records(SNAPSHOTS.name, since=now)
        there = {str(payload.get("SnapshotId")) for payload in payloads}
        gone = known[known["missed_at"].isna() & ~known["snapshot_id"].isin(there)]
        return listed + [missed(row, now=now) for row in gone.to_dict("records")]

    def _instances(self, today: Day) -> list[Record]:
        now = self._request.now
        read = partial(instance, day=today.key, now=now)
        found = self._read(INSTANCES, self._client.instances(), read, "InstanceId")
        running = [one for one in found if one.data["state"] == "running"]
        known = self._request.known.records(INSTANCES.name, since=now - MEMORY)
        sizes = self._sizes(running, known)
        prices = Prices(self._client, region=self._request.scope, now=now)
        prices.read(running, known)
        ids = [one.data["instance_id"] for one in running]
        cpu = self._client.cpu_percent(ids, now=now)
        readings: dict[str, Reading] = {}
        for one in running:
            vcpus, gpus = sizes.get(one.data["instance_type"], (None, None))
            hours = cpu[one.data["instance_id"]]
            readings[one.key] = Reading(
                vcpus=vcpus,
                gpus=gpus,
                cpu_percent=sum(hours) / len(hours) if hours else None,
                list_price=prices.hourly(one.data),
                list_price_at=prices.read_at(one.data),
                spot_price=prices.spot(one.data),
            )
        return [
            replace(one, data={**one.data, **vars(readings[one.key])}) if one.key in readings else one for one in found
        ]

    def _sizes(self, running: Sequence[Record], known: pd.DataFrame) -> dict[str, tuple[int, int]]:
        """vCPUs and GPUs by instance type; a type's size never changes, so what is known is not asked for."""
        rows = known[known["vcpus"].notna() & known["gpus"].notna()]
        sizes = {
            name: (int(vcpus), int(gpus))
            for name, vcpus, gpus in zip(rows["instance_type"], rows["vcpus"], rows["gpus"], strict=True)
        }
        unknown = sorted({one.data["instance_type"] for one in running} - sizes.keys())
        for payload in self._client.instance_types(unknown):
            sizes[str(payload.get("InstanceType"))] = size_of(payload)
        return sizes

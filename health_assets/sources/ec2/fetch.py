"""Fetch of one region: the EBS snapshots, and for today the instances and volumes as they are now, in one Batch.

A steady tick makes 5 requests: instances, volumes, snapshots, CPU, spot prices; an instance type that was not seen
before costs one more, and prices that are due at most PRICES_A_TICK. Sizes and prices are taken from the records of
the last two days, so that nothing is asked for twice a day.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import timedelta
from functools import partial

import pandas as pd

from health_assets.model.errors import Cause, ContractError, SourceError
from health_assets.model.record import Batch, Coverage, Record, RecordKind, Rejection
from health_assets.model.source import FetchRequest
from health_assets.model.time import Day
from health_assets.sources.ec2.answers import failed
from health_assets.sources.ec2.client import Client
from health_assets.sources.ec2.pricing import Prices
from health_assets.sources.ec2.records import (
    INSTANCES,
    SNAPSHOTS,
    VOLUMES,
    Reading,
    instance,
    missed,
    size_of,
    snapshot,
    volume,
)
from health_assets.sources.ec2.settings import Settings
from health_assets.sources.fields import Payload, read_each
from health_assets.sources.planning import covered_by, is_settled, lookback_days, today_of
from health_assets.sources.stored import stored_data

MEMORY = timedelta(days=2)


def fetch(settings: Settings, request: FetchRequest) -> Batch:
    """What makes every day asked for measurable; no request when none of them is today and all are settled.

    Raises SourceError with the requests made, and ConfigError when a secret is not set.
    """
    today, days, covered = today_of(request), lookback_days(SNAPSHOTS, request), covered_by(SNAPSHOTS, request)
    if today is None and all(is_settled(covered.get(day.key), day, grace=SNAPSHOTS.grace) for day in days):
        return Batch(scope=request.scope, records=(), coverage=(), requests=0)
    client = Client(settings, region=request.scope, deadline=request.deadline, meter=request.meter)
    try:
        return _Harvest(client, request, days).batch(today)
    except ContractError as error:
        # a size or a price that cannot be read would make a sum too small without anybody seeing it
        failure = failed(f"{request.scope}: {error.message}", Cause.BAD_PAYLOAD)
        failure.requests = request.meter.requests
        raise failure from error
    except SourceError as error:
        error.requests = request.meter.requests
        raise


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
        found, rejections = read_each(kind.name, payloads, read, name=name)
        self._rejections += rejections
        return found

    def _snapshots(self) -> list[Record]:
        """Those that are listed, and those stored that no longer are."""
        now = self._request.now
        payloads = self._client.snapshots()
        listed = self._read(SNAPSHOTS, payloads, partial(snapshot, now=now), "SnapshotId")
        known = self._request.known.records(SNAPSHOTS.name, since=now)
        there = {str(payload.get("SnapshotId")) for payload in payloads}
        gone = known[known["missed_at"].isna() & ~known["snapshot_id"].isin(there)]
        return listed + [missed(data, now=now) for data in stored_data(gone, SNAPSHOTS).values()]

    def _instances(self, today: Day) -> list[Record]:
        now = self._request.now
        read = partial(instance, day=today.key, now=now)
        found = self._read(INSTANCES, self._client.instances(), read, "InstanceId")
        running = [one for one in found if one.data["state"] == "running"]
        known = self._request.known.records(INSTANCES.name, since=now - MEMORY)
        if not found and not self._rejections:
            self._refuse_emptied(known)
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

    def _refuse_emptied(self, known: pd.DataFrame) -> None:
        """Raises SourceError where instances ran when last read: terminated ones are listed for another hour."""
        days = known["key"].str.split("/").str[0]
        running = int((known.loc[days == days.max(), "state"] == "running").sum())
        if running:
            message = (
                f"{self._request.scope}: describe_instances: none was listed, {running} were running when last read"
            )
            raise failed(message, Cause.INCOMPLETE)

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

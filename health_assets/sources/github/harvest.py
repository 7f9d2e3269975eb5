"""What one fetch gathers before it is handed over as a Batch: records, rejections, and where a listing came short."""

from bisect import bisect_left
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import pandas as pd

from health_assets.model.record import Batch, Coverage, Mode, Record, RecordKind, Rejection
from health_assets.model.source import FetchRequest
from health_assets.model.time import Day
from health_assets.sources.fields import Payload, read_each
from health_assets.sources.github.client import Client
from health_assets.sources.github.planning import Plan
from health_assets.sources.github.records import BRANCHES, KINDS, PULL_REQUESTS
from health_assets.sources.github.settings import Settings
from health_assets.sources.planning import Window
from health_assets.sources.stored import spans_of

Read = Callable[[Payload], Record | None]


class Harvest:
    """One fetch in progress: the request, its plan, the client, and what came so far (newest reading of each key)."""

    def __init__(self, client: Client, settings: Settings, request: FetchRequest, plan: Plan) -> None:
        self.client = client
        self.settings = settings
        self.request = request
        self.plan = plan
        self.rejections: list[Rejection] = []
        self._records: dict[str, dict[str, Record]] = {kind.name: {} for kind in KINDS}
        self._short: list[tuple[str, Window, str]] = []
        self._stored: dict[str, pd.DataFrame] = {}
        pulls = self.stored(PULL_REQUESTS)
        #: numbers of the pull requests open as far as stored and fetched ones tell
        self.open_pulls: set[int] = {int(number) for number in pulls.loc[pulls["closed_at"].isna(), "number"]}

    def read(self, kind: RecordKind, payloads: Iterable[Any], reader: Read, *, name: str) -> list[Record]:
        """Adds and returns the records of payloads; what cannot be read becomes a rejection named by field `name`."""
        records, rejections = read_each(kind.name, payloads, reader, name=name)
        self.rejections += rejections
        for record in records:
            self.add(record)
        return records

    def add(self, record: Record) -> None:
        """Adds a record unless a newer reading of it is there."""
        held = self._records[record.kind].get(record.key)
        if held is None or held.version <= record.version:
            self._records[record.kind][record.key] = record

    def reject(self, kind: RecordKind, key: str, problem: str) -> None:
        """Names one fact that could not be read."""
        self.rejections.append(Rejection(kind=kind.name, key=key, problem=problem))

    def came_short(self, kind: RecordKind, window: Window, detail: str) -> None:
        """Marks the days of `kind` that `window` touches as truncated."""
        self._short.append((kind.name, window, detail))

    def fetched(self, kind: RecordKind) -> Mapping[str, Record]:
        """Records of this fetch by key."""
        return self._records[kind.name]

    def stored(self, kind: RecordKind) -> pd.DataFrame:
        """Records known before this fetch that matter in the kind's look-back."""
        if kind.name not in self._stored:
            self._stored[kind.name] = self.request.known.records(kind.name, since=self.plan.start(kind))
        return self._stored[kind.name]

    def batch(self) -> Batch:
        """Everything, with the coverage of every day in the look-backs as of now."""
        today = self.plan.branches_day
        coverage = [
            self._coverage(kind, day, fetched=count)
            for kind in KINDS
            for day, count in self._counts(kind).items()
            if kind.mode is not Mode.SNAPSHOT or (day == today and self.fetched(kind))
        ]
        return Batch(
            scope=self.request.scope,
            records=tuple(record for records in self._records.values() for record in records.values()),
            coverage=tuple(coverage),
            requests=self.client.requests,
            rejections=tuple(self.rejections),
            snapshots={} if today is None or not self.fetched(BRANCHES) else {BRANCHES.name: today.key},
        )

    def _coverage(self, kind: RecordKind, day: Day, *, fetched: int) -> Coverage:
        details = [
            detail
            for name, window, detail in self._short
            if name == kind.name and window.start < day.end and window.end >= day.start
        ]
        return Coverage(
            kind=kind.name,
            day=day.key,
            captured_at=self.request.now,
            fetched=fetched,
            truncated=bool(details),
            detail="; ".join(details),
        )

    def _counts(self, kind: RecordKind) -> dict[Day, int]:
        """Records held of each day, stored and fetched: those that happened in it, of entities those alive in it."""
        spans = spans_of(self.stored(kind), self.fetched(kind).values())
        days = self.plan.days[kind.name]
        starts = sorted(start for start, _ in spans.values())
        if kind.mode is Mode.ENTITY:
            ends = sorted(end for _, end in spans.values() if end is not None)
            return {day: bisect_left(starts, day.end) - bisect_left(ends, day.start) for day in days}
        return {day: bisect_left(starts, day.end) - bisect_left(starts, day.start) for day in days}

"""A store in memory for fetch tests: newest version wins, coverage as the real store merges it."""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import pandas as pd

from health_assets.model.record import Batch, Column, Coverage, Record
from health_assets.model.source import FetchRequest
from health_assets.model.time import days_ending
from health_assets.sources.github.records import KINDS

UTC_ZONE = ZoneInfo("UTC")
FAR_AWAY = float("inf")
KIND = {kind.name: kind for kind in KINDS}
DTYPES = {
    Column.TEXT: "str",
    Column.INTEGER: "Int64",
    Column.NUMBER: "float64",
    Column.FLAG: "boolean",
    Column.TIME: "datetime64[us, UTC]",
    Column.JSON: "object",
}
FRAME = {"key": Column.TEXT, "version": Column.TEXT, "starts_at": Column.TIME, "ends_at": Column.TIME}


class Held:
    """What was fetched so far; implements health_assets.model.source.Known."""

    def __init__(self) -> None:
        self.kept: dict[tuple[str, str], Record] = {}
        self.covered: dict[str, dict[str, Coverage]] = {}

    def keep(self, batch: Batch) -> Batch:
        for record in batch.records:
            assert set(record.data) == set(KIND[record.kind].columns)
            held = self.kept.get((record.kind, record.key))
            if held is None or held.version <= record.version:
                self.kept[record.kind, record.key] = record
        for reading in batch.coverage:
            days = self.covered.setdefault(reading.kind, {})
            held_reading = days.get(reading.day)
            if held_reading is None or held_reading.truncated or not reading.truncated:
                days[reading.day] = reading
        return batch

    def data(self, kind: str) -> dict[str, dict[str, Any]]:
        return {key: dict(record.data) for (name, key), record in sorted(self.kept.items()) if name == kind}

    def coverage(self, kind: str) -> dict[str, Coverage]:
        return dict(self.covered.get(kind, {}))

    def records(self, kind: str, *, since: datetime) -> pd.DataFrame:
        rows = [
            {**record.data, **{name: getattr(record, name) for name in FRAME}}
            for (name, _), record in self.kept.items()
            if name == kind and (record.ends_at is None or record.ends_at >= since)
        ]
        columns = {**KIND[kind].columns, **FRAME}
        return pd.DataFrame(
            {name: pd.Series([row[name] for row in rows], dtype=DTYPES[typed]) for name, typed in columns.items()}
        )


def asking(held: Held, *, now: datetime, days: int = 1, back: int = 0, refetch: bool = False) -> FetchRequest:
    """A request for `days` days, the last of them `back` days before `now`'s."""
    last = now.date().fromordinal(now.date().toordinal() - back)
    return FetchRequest(
        scope="acme/rocket",
        days=days_ending(last, days, UTC_ZONE),
        now=now,
        zone=UTC_ZONE,
        known=held,
        deadline=FAR_AWAY,
        refetch=refetch,
    )

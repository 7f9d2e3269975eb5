"""Small facts for the store's tests: one kind with a column of each type, one snapshot kind."""

from datetime import UTC, datetime, timedelta
from typing import Any

from health_assets.model.observation import Observation
from health_assets.model.reason import Reason
from health_assets.model.record import Batch, Column, Coverage, Mode, Record, RecordKind

T = datetime(2026, 1, 31, 12, 0, 0, 123456, tzinfo=UTC)
DAY = "2026-01-31"
SCOPE = "acme/rocket"

THINGS = RecordKind(
    source="lab",
    name="things",
    description="One column of each type.",
    mode=Mode.ENTITY,
    columns={
        "name": Column.TEXT,
        "size": Column.INTEGER,
        "weight": Column.NUMBER,
        "broken": Column.FLAG,
        "made_at": Column.TIME,
        "parts": Column.JSON,
    },
)
SHELVES = RecordKind(
    source="lab", name="shelves", description="What is there now.", mode=Mode.SNAPSHOT, columns={"full": Column.FLAG}
)
KINDS = (THINGS, SHELVES)
FULL = {"name": "a", "size": 1, "weight": 0.5, "broken": False, "made_at": T, "parts": [["wheel", 4]]}
UNKNOWN = dict.fromkeys(FULL)


def minutes(count: float) -> timedelta:
    return timedelta(minutes=count)


def thing(key: str = "a", *, version: str = "1", starts_at: datetime = T, ends_at: datetime | None = None, **data: Any):
    return Record(kind="things", key=key, version=version, starts_at=starts_at, ends_at=ends_at, data={**FULL, **data})


def shelf(key: str, *, day: str = DAY, version: str = "1", full: bool = False) -> Record:
    return Record(kind="shelves", key=f"{day}/{key}", version=version, starts_at=T, ends_at=None, data={"full": full})


def covered(kind: str = "things", *, day: str = DAY, at: datetime = T, truncated: bool = False) -> Coverage:
    return Coverage(kind=kind, day=day, captured_at=at, fetched=1, truncated=truncated)


def batch(*records: Record, coverage: tuple[Coverage, ...] = (), scope: str = SCOPE) -> Batch:
    return Batch(scope=scope, records=records, coverage=coverage, requests=1)


def snapshot(*records: Record, day: str = DAY, at: datetime = T, truncated: bool = False, scope: str = SCOPE) -> Batch:
    return Batch(
        scope=scope,
        records=records,
        coverage=(covered("shelves", day=day, at=at, truncated=truncated),),
        requests=1,
        snapshots={"shelves": day},
    )


def observation(value: float | None = 1.0, *, metric: str = "lab.things", **fields: Any) -> Observation:
    missing = {"reason": Reason.NO_DATA, "detail": "no things"} if value is None else {"reason": None, "detail": ""}
    return Observation(
        **{"metric": metric, "scope": SCOPE, "day": DAY, "value": value, "samples": 3, "as_of": T, **missing, **fields}
    )

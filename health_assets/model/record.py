"""Record kinds: the facts a source gives, their keys, columns, mode and look-back (design section 5)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any


class Mode(StrEnum):
    """What a collection of a day guarantees about a kind."""

    EVENT = "event"
    ENTITY = "entity"
    SNAPSHOT = "snapshot"


class Column(StrEnum):
    """Types a record column may have; None is always allowed and means unknown."""

    TEXT = "text"
    INTEGER = "integer"
    NUMBER = "number"
    FLAG = "flag"
    TIME = "time"
    """Aware UTC instants."""
    JSON = "json"
    """Lists and objects of JSON values; instants inside are ISO text."""


@dataclass(frozen=True, kw_only=True)
class RecordKind:
    """One kind of fact. `lookback` is how far before a day its metrics look; `grace` how long after midnight a day may
    still gain facts before it is final (API lag, clock skew). independent: each payload has a writer of its own, so
    that one which cannot be read says nothing about the others."""

    source: str
    name: str
    description: str
    mode: Mode
    columns: Mapping[str, Column]
    lookback: timedelta = timedelta(0)
    grace: timedelta = timedelta(minutes=5)
    independent: bool = False


@dataclass(frozen=True, kw_only=True)
class Record:
    """One fact as stored.

    key: natural key inside (source, kind, scope). version: orders two readings of the same key, newest wins.
    starts_at/ends_at: the span in which the fact matters to metrics; ends_at None = still alive.
    data: one value for each column of the kind.
    """

    kind: str
    key: str
    version: str
    starts_at: datetime
    ends_at: datetime | None
    data: Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class Coverage:
    """How completely one day of one kind and scope was read.

    captured_at: everything of the day that had happened by then is stored. expected: how many the API said there are.
    """

    kind: str
    day: str
    captured_at: datetime
    fetched: int
    expected: int | None = None
    truncated: bool = False
    detail: str = ""


@dataclass(frozen=True, kw_only=True)
class Rejection:
    """A payload that could not be read: counted and named, never guessed."""

    kind: str
    key: str
    problem: str


@dataclass(frozen=True, kw_only=True)
class Batch:
    """What one fetch of one scope brings: all of it is stored in one transaction, or nothing is."""

    scope: str
    records: tuple[Record, ...]
    coverage: tuple[Coverage, ...]
    requests: int
    rejections: tuple[Rejection, ...] = ()
    snapshots: Mapping[str, str] = field(default_factory=dict)
    """Snapshot kinds in this batch and the day they stand for; the day's earlier rows are replaced."""

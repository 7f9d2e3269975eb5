"""A batch checked and turned into rows, before the store's lock is taken. What is wrong here is a source's mistake:
the door of the source counts and names a bad payload, so that what arrives at the store is whole."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from health_assets.model.errors import ContractError
from health_assets.model.record import Batch, Coverage, Mode, Record, RecordKind
from health_assets.store.payload import encoded


@dataclass(frozen=True, kw_only=True)
class Prepared:
    """rows: kind -> key -> row of the records table without seen_at; every kind of the source is there.

    snapshots: kind -> day. coverage: one reading or more of any day.
    """

    source: str
    scope: str
    rows: Mapping[str, Mapping[str, Mapping[str, Any]]]
    coverage: Sequence[Coverage]
    snapshots: Mapping[str, str]


def prepared(source: str, batch: Batch, *, kinds: Sequence[RecordKind]) -> Prepared:
    """The rows of a batch; of two readings of one key the newer, of two equally new the later. Raises ContractError."""
    declared = {kind.name: kind for kind in kinds}
    for kind in kinds:
        if kind.source != source:
            raise ContractError(f"{kind.name} is a kind of {kind.source}, not of {source}")
    _check_coverage(batch, declared)
    rows: dict[str, dict[str, Mapping[str, Any]]] = {name: {} for name in declared}
    for record in batch.records:
        row = _row(source, batch, record, declared)
        earlier = rows[record.kind].get(record.key)
        if earlier is None or record.version >= earlier["version"]:
            rows[record.kind][record.key] = row
    return Prepared(
        source=source, scope=batch.scope, rows=rows, coverage=batch.coverage, snapshots=dict(batch.snapshots)
    )


def _check_coverage(batch: Batch, declared: Mapping[str, RecordKind]) -> None:
    for coverage in batch.coverage:
        if coverage.kind not in declared:
            raise ContractError(f"coverage of {coverage.kind}, which is not a kind of the source")
        _check_aware([coverage.captured_at], f"coverage of {coverage.kind} on {coverage.day}")
    covered = {(coverage.kind, coverage.day) for coverage in batch.coverage}
    for kind, day in batch.snapshots.items():
        if kind not in declared or declared[kind].mode is not Mode.SNAPSHOT:
            raise ContractError(f"{kind} is not a snapshot kind of the source")
        if (kind, day) not in covered:
            raise ContractError(f"the snapshot of {kind} on {day} has no coverage, so its age is not known")


def _row(source: str, batch: Batch, record: Record, declared: Mapping[str, RecordKind]) -> Mapping[str, Any]:
    named = f"{record.kind} {record.key}"
    kind = declared.get(record.kind)
    if kind is None:
        raise ContractError(f"{named}: not a kind of {source}")
    if kind.mode is Mode.SNAPSHOT:
        day = batch.snapshots.get(kind.name)
        if day is None or not record.key.startswith(f"{day}/"):
            raise ContractError(f"{named}: the key of a snapshot is <day of the snapshot>/<key>")
    if "\x00" in record.key + record.version:
        raise ContractError(f"{named!r}: PostgreSQL keeps no NUL in a text")
    _check_aware([record.starts_at, record.ends_at], named)
    return {
        "source": source,
        "kind": record.kind,
        "scope": batch.scope,
        "key": record.key,
        "version": record.version,
        "starts_at": record.starts_at,
        "ends_at": record.ends_at,
        "data": encoded(record, kind),
    }


def _check_aware(instants: Iterable[datetime | None], named: str) -> None:
    if any(instant is not None and instant.utcoffset() is None for instant in instants):
        raise ContractError(f"{named}: an instant has no timezone")

"""Coverage: what the store may claim about a day of one kind and scope.

The rule: a complete reading outranks a truncated one, and among equals the later capture outranks the earlier one (the
same capture again overwrites). So captured_at never goes back, and, whatever the order in which readings arrive, the
claim is the same. It is true, because records are never lost to another reading: what a complete reading brought is
still there after a later one came short. The rows of a snapshot are replaced as a whole, therefore they go with the
coverage: a snapshot that does not win its coverage is not stored.
"""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import Connection, select

from health_assets.model.record import Coverage
from health_assets.store.schema import COVERAGE
from health_assets.store.statements import upsert

DayOfKind = tuple[str, str]


def merge(connection: Connection, source: str, readings: Iterable[Coverage], *, scope: str) -> set[DayOfKind]:
    """Stores the readings that outrank what is stored; returns their (kind, day)."""
    stored = read(connection, source, scope=scope)
    won: dict[DayOfKind, Coverage] = {}
    for reading in readings:
        place = (reading.kind, reading.day)
        standing = won.get(place) or stored.get(reading.kind, {}).get(reading.day)
        if standing is None or _rank(reading) >= _rank(standing):
            won[place] = reading
    upsert(connection, COVERAGE, [{"source": source, "scope": scope, **vars(reading)} for reading in won.values()])
    return set(won)


def read(connection: Connection, source: str, *, scope: str) -> dict[str, dict[str, Coverage]]:
    """Kind -> day -> coverage, days ascending."""
    columns = [column for column in COVERAGE.columns if column.name not in {"source", "scope"}]
    rows = connection.execute(
        select(*columns).where(COVERAGE.c.source == source, COVERAGE.c.scope == scope).order_by(COVERAGE.c.day)
    )
    found: dict[str, dict[str, Coverage]] = {}
    for row in rows.mappings():
        found.setdefault(row["kind"], {})[row["day"]] = Coverage(**row)
    return found


def _rank(coverage: Coverage) -> tuple[bool, datetime]:
    return (not coverage.truncated, coverage.captured_at)

"""Collections: the history of attempts to read a source, whether they succeeded or not."""

import json
from collections.abc import Collection as Items
from typing import Any

from sqlalchemy import Connection, Row, insert, select

from health_assets.model.observation import Collection
from health_assets.store.schema import COLLECTIONS
from health_assets.store.statements import rows_where


def write(connection: Connection, collection: Collection) -> None:
    """Adds one attempt; none is ever replaced."""
    connection.execute(insert(COLLECTIONS).values({**vars(collection), "failures": json.dumps(collection.failures)}))


def read_last(connection: Connection, source: str, *, day: str | None) -> Collection | None:
    """The attempt of `source` that started last, of all or of one day."""
    table = COLLECTIONS.c
    statement = select(*table).where(table.source == source).order_by(table.started_at.desc(), table.id.desc())
    if day is not None:
        statement = statement.where(table.day == day)
    row = connection.execute(statement.limit(1)).one_or_none()
    return None if row is None else _collection(row)


def read(connection: Connection, days: Items[str]) -> list[Collection]:
    """All attempts for these days, in the order in which they started."""
    rows = rows_where(connection, select(*COLLECTIONS.columns), {COLLECTIONS.c.day: days})
    return [_collection(row) for row in sorted(rows, key=lambda row: (row.started_at, row.id))]


def _collection(row: Row[Any]) -> Collection:
    fields = row._asdict()
    del fields["id"]
    return Collection(**{**fields, "failures": tuple(tuple(failure) for failure in json.loads(row.failures))})

"""Statements that every table needs: upserts, and reads by long lists of values."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from itertools import product
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, Select, Table
from sqlalchemy.dialects import postgresql, sqlite

#: Three lists of this length stay under 999, the fewest variables an SQLite in use allows in one statement.
CHUNK = 300


def chunks(values: Collection[str]) -> Iterator[list[str]]:
    """The distinct values in lists short enough for one statement; none for no values."""
    distinct = sorted(set(values))
    return (distinct[start : start + CHUNK] for start in range(0, len(distinct), CHUNK))


def rows_where(
    connection: Connection,
    statement: Select[*tuple[Any, ...]],
    columns: Mapping[ColumnElement[Any], Collection[str] | None],
) -> Iterator[Row[*tuple[Any, ...]]]:
    """Rows whose columns each have one of the given values, in no order. None = any value, an empty list = no row."""
    wanted = [(column, values) for column, values in columns.items() if values is not None]
    for lists in product(*(list(chunks(values)) for _, values in wanted)):
        conditions = [column.in_(values) for (column, _), values in zip(wanted, lists, strict=True)]
        yield from connection.execute(statement.where(*conditions))


def upsert(connection: Connection, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
    """Inserts rows or overwrites those with the same primary key; the keys in `rows` must be distinct."""
    if not rows:
        return
    remote = connection.dialect.name == "postgresql"
    insert = postgresql.insert(table) if remote else sqlite.insert(table)
    statement = insert.on_conflict_do_update(
        index_elements=list(table.primary_key.columns),
        set_={column.name: insert.excluded[column.name] for column in table.columns if not column.primary_key},
    )
    if remote:
        # only with RETURNING does SQLAlchemy send many rows in one statement; without, each row is a round trip
        connection.execute(statement.returning(*table.primary_key.columns), rows)
    else:
        connection.execute(statement, rows)

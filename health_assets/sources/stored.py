"""Stored records as a fetch made them: None where unknown, instants as datetimes, numbers as Python's own."""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Any

import pandas as pd

from health_assets.model.record import Column, Record, RecordKind

Data = Mapping[str, Any]
"""The columns of a record."""

_PLAIN: Mapping[Column, Callable[[Any], Any]] = {
    Column.TEXT: str,
    Column.INTEGER: int,
    Column.NUMBER: float,
    Column.FLAG: bool,
    Column.TIME: lambda value: value.to_pydatetime(),
}


def stored_data(frame: pd.DataFrame, kind: RecordKind) -> dict[str, Data]:
    """Key -> data of the stored records in `frame`, one row each."""
    return {str(row["key"]): row_data(row, kind) for row in frame.to_dict("records")}


def row_data(row: Mapping[Any, Any], kind: RecordKind) -> dict[str, Any]:
    """The data of one stored record."""
    return {name: _plain(row[name], column) for name, column in kind.columns.items()}


def spans_of(frame: pd.DataFrame, records: Iterable[Record]) -> dict[str, tuple[datetime, datetime | None]]:
    """Key -> (start, end or None) of the stored records in `frame` and of `records`, which are newer."""
    stored = {
        str(key): (start.to_pydatetime(), None if pd.isna(end) else end.to_pydatetime())
        for key, start, end in zip(frame["key"], frame["starts_at"], frame["ends_at"], strict=True)
    }
    return stored | {record.key: (record.starts_at, record.ends_at) for record in records}


def _plain(value: Any, column: Column) -> Any:
    if column is Column.JSON:
        return value if isinstance(value, list | dict) else None
    return None if pd.isna(value) else _PLAIN[column](value)

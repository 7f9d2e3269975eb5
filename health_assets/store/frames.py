"""Columns of the frames that the store gives out: the same dtypes for no rows as for many."""

from collections.abc import Sequence
from typing import Any

import pandas as pd

from health_assets.model.record import Column

#: TEXT is pandas' own `str`, whose comparisons are plain booleans and whose missing value is NaN.
DTYPES = {
    Column.TEXT: "str",
    Column.INTEGER: "Int64",
    Column.NUMBER: "float64",
    Column.FLAG: "boolean",
    Column.TIME: "datetime64[us, UTC]",
    Column.JSON: "object",
}


def series(values: Sequence[Any], kind: Column) -> pd.Series:
    """Values as read from the store, None where unknown. Instants may be datetimes or ISO text."""
    if kind is Column.TIME:
        parsed = pd.to_datetime(pd.Series(values, dtype="object"), utc=True, format="ISO8601")
        return parsed.astype("datetime64[us, UTC]")
    return pd.Series(values, dtype=DTYPES[kind])


def frame(rows: Sequence[Sequence[Any]], columns: dict[str, Column]) -> pd.DataFrame:
    """A frame of `columns` from rows in the same order."""
    lists = list(zip(*rows, strict=True)) if rows else [()] * len(columns)
    return pd.DataFrame(
        {name: series(values, kind) for (name, kind), values in zip(columns.items(), lists, strict=True)}
    )

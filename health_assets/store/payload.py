"""The data of a record as JSON text, checked against its kind's columns, and back as typed columns.

Instants are ISO text in UTC. A column that older rows do not have reads as unknown; one that is no longer declared is
left out.
"""

import json
import math
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import pandas as pd

from health_assets.model.errors import ContractError
from health_assets.model.record import Column, Record, RecordKind
from health_assets.model.time import iso
from health_assets.store.frames import series

#: Int64 in a frame; a larger number could be stored and never read.
INTEGER_LIMIT = 2**63


def encoded(record: Record, kind: RecordKind) -> str:
    """The record's data as JSON text, equal for equal data. Raises ContractError that names kind, key and column."""
    if record.data.keys() != kind.columns.keys():
        wrong = ", ".join(sorted(record.data.keys() ^ kind.columns.keys()))
        raise _refused(record, f"{wrong}: each column of the kind must be there, and no other")
    values = {name: _checked(record, name, column) for name, column in kind.columns.items()}
    try:
        return _json(values)
    except (TypeError, ValueError):
        raise _refused(record, f"{_unwritable(values)}: not a JSON value") from None


def decoded(texts: Sequence[str], kind: RecordKind) -> dict[str, pd.Series]:
    """One typed series for each column of the kind, in the order of `texts`."""
    rows: list[Mapping[str, Any]] = json.loads(f"[{','.join(texts)}]")
    return {name: series([row.get(name) for row in rows], column) for name, column in kind.columns.items()}


def _checked(record: Record, name: str, column: Column) -> Any:
    value = record.data[name]
    if value is None:
        return None
    match column:
        case Column.TEXT:
            valid = isinstance(value, str)
        case Column.INTEGER:
            valid = isinstance(value, int) and not isinstance(value, bool) and -INTEGER_LIMIT <= value < INTEGER_LIMIT
        case Column.NUMBER:
            valid = isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
        case Column.FLAG:
            valid = isinstance(value, bool)
        case Column.TIME:
            valid = isinstance(value, datetime) and value.utcoffset() is not None
        case Column.JSON:
            valid = isinstance(value, list | tuple | dict)
    if not valid:
        # the value itself comes from outside and may be long: its type is enough to find the cause
        raise _refused(record, f"{name}: a {type(value).__name__} is not {column.value}")
    return iso(value) if column is Column.TIME else value


def _json(value: Any) -> str:
    # NaN is not JSON and would be a number without a reason; ASCII keeps what PostgreSQL's text refuses (NUL) escaped
    return json.dumps(value, separators=(",", ":"), allow_nan=False)


def _unwritable(values: Mapping[str, Any]) -> str:
    for name, value in values.items():
        try:
            _json(value)
        except (TypeError, ValueError):
            return name
    return "data"


def _refused(record: Record, problem: str) -> ContractError:
    return ContractError(f"{record.kind} {record.key}: column {problem}", hint="nothing of this batch was stored")

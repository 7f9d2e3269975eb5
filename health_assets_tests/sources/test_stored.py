from datetime import UTC, datetime

import pandas as pd

from health_assets.model.record import Column, Mode, Record, RecordKind
from health_assets.sources.stored import spans_of, stored_data

NOON = datetime(2026, 3, 18, 12, tzinfo=UTC)
LATER = datetime(2026, 3, 18, 13, tzinfo=UTC)
KIND = RecordKind(
    source="any",
    name="things",
    description="",
    mode=Mode.ENTITY,
    columns={
        "name": Column.TEXT,
        "size": Column.INTEGER,
        "share": Column.NUMBER,
        "open": Column.FLAG,
        "at": Column.TIME,
        "tags": Column.JSON,
    },
)


def frame() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "key": ["a", "b"],
            "name": pd.array(["one", None], dtype="string"),
            "size": pd.array([3, None], dtype="Int64"),
            "share": pd.array([0.5, None], dtype="Float64"),
            "open": pd.array([True, None], dtype="boolean"),
            "at": pd.Series([NOON, None], dtype="datetime64[us, UTC]"),
            "tags": [["x"], None],
            "starts_at": pd.Series([NOON, NOON], dtype="datetime64[us, UTC]"),
            "ends_at": pd.Series([LATER, None], dtype="datetime64[us, UTC]"),
        }
    )


def test_stored_records_come_back_as_they_were_made() -> None:
    made = {"name": "one", "size": 3, "share": 0.5, "open": True, "at": NOON, "tags": ["x"]}
    assert {"a": made, "b": dict.fromkeys(KIND.columns)} == stored_data(frame(), KIND)


def test_a_newer_record_replaces_the_span_of_a_stored_one() -> None:
    ended = Record(kind="things", key="b", version="2", starts_at=NOON, ends_at=LATER, data={})
    assert {"a": (NOON, LATER), "b": (NOON, None)} == spans_of(frame(), [])
    assert {"a": (NOON, LATER), "b": (NOON, LATER)} == spans_of(frame(), [ended])

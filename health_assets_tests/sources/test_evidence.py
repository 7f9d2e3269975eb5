from datetime import UTC, datetime

import pandas as pd
import pytest

from health_assets.model.metric import EVIDENCE_LIMIT, Evidence
from health_assets.sources.evidence import counted, evidence, instant_of, rows_of, text_of

NOON = datetime(2026, 3, 18, 12, tzinfo=UTC)


def frame(rows: int = 2, **columns: object) -> pd.DataFrame:
    made = {"name": [f"run {number}" for number in range(rows)], "at": [pd.Timestamp(NOON)] * rows}
    return pd.DataFrame(made | columns)


def test_rows_have_the_values_that_itertuples_has() -> None:
    rows = frame(
        size=pd.array([1, None], dtype="Int64"),
        share=[0.5, 1.5],
        flag=pd.array([True, None], dtype="boolean"),
        tags=[["a"], None],
    )
    expected = list(rows.itertuples(index=False))
    for row, other in zip(rows_of(rows), expected, strict=True):
        for column in rows.columns:
            one, two = getattr(row, column), getattr(other, column)
            assert (one is two) or (one == two)


def test_a_column_that_does_not_exist_is_an_error() -> None:
    row = next(rows_of(frame()))
    with pytest.raises(AttributeError, match="nmae"):
        _ = row.nmae


def test_a_column_may_be_called_as_a_method_of_tuples_is() -> None:
    assert [3, 4] == [row.count for row in rows_of(frame(count=[3, 4]))]


def test_evidence_is_the_first_rows_in_their_order() -> None:
    shown = evidence(frame(EVIDENCE_LIMIT + 3), label=lambda row: row.name, at="at")
    assert [f"run {number}" for number in range(EVIDENCE_LIMIT)] == [piece.label for piece in shown]
    assert {NOON} == {piece.at for piece in shown}


def test_the_link_is_the_records_own_where_it_has_one() -> None:
    linked = frame(url=["https://example.com/1", None])
    assert ["https://example.com/1", ""] == [piece.url for piece in evidence(linked, label=lambda row: row.name)]
    assert ["", ""] == [piece.url for piece in evidence(frame(), label=lambda row: row.name)]


def test_what_is_unknown_is_no_text_and_no_instant() -> None:
    assert ("", None) == (text_of(pd.NA), instant_of(pd.NaT))
    unknown = frame(1, at=pd.Series([pd.NaT], dtype="datetime64[us, UTC]"))
    assert [Evidence(label="run 0")] == evidence(unknown, label=lambda row: row.name, at="at")


def test_a_count_tells_of_all_rows_and_shows_the_first() -> None:
    found = counted(frame(EVIDENCE_LIMIT + 3), samples=50, label=lambda row: row.name)
    assert (EVIDENCE_LIMIT + 3, 50) == (found.value, found.samples)
    assert (EVIDENCE_LIMIT, EVIDENCE_LIMIT + 3) == (len(found.evidence), found.evidence_total)

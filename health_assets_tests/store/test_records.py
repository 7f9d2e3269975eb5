import math
from datetime import UTC, datetime, timedelta, timezone

import pandas as pd
import pytest
from sqlalchemy import create_engine, text

from health_assets.model.errors import ContractError
from health_assets.model.record import Column, RecordKind
from health_assets.store.store import Store
from health_assets_tests.store.facts import DAY, FULL, KINDS, SCOPE, THINGS, UNKNOWN, T, batch, covered, minutes, thing


def write(store: Store, *records, seen_at: datetime = T):
    return store.write_batch("lab", batch(*records), kinds=KINDS, seen_at=seen_at)


def rows(store: Store, **window) -> pd.DataFrame:
    return store.read_records(THINGS, scope=SCOPE, **window)


def keys(store: Store, **window) -> list[str]:
    return rows(store, **window)["key"].tolist()


def test_a_record_reads_back_as_it_was_written(store):
    write(store, thing("a", version="7", ends_at=T + minutes(1)))
    row = rows(store).iloc[0]
    assert {**FULL, "key": "a", "version": "7", "starts_at": T, "ends_at": T + minutes(1)} == row.to_dict()


def test_every_column_has_the_dtype_of_its_type(store):
    write(store, thing())
    expected = {
        "name": "str",
        "size": "Int64",
        "weight": "float64",
        "broken": "boolean",
        "made_at": "datetime64[us, UTC]",
        "parts": "object",
        "key": "str",
        "version": "str",
        "starts_at": "datetime64[us, UTC]",
        "ends_at": "datetime64[us, UTC]",
    }
    assert expected == {name: str(dtype) for name, dtype in rows(store).dtypes.items()}


def test_no_rows_have_the_dtypes_of_many(store):
    empty = rows(store)
    write(store, thing())
    assert rows(store).dtypes.to_dict() == empty.dtypes.to_dict()


def test_unknown_stays_unknown_and_is_never_zero_or_false(store):
    write(store, thing("a", **UNKNOWN))
    assert rows(store)[list(UNKNOWN)].isna().all(axis=None)


def test_instants_of_another_zone_come_back_in_utc_to_the_microsecond(store):
    at = datetime(2026, 1, 31, 20, 0, 0, 1, tzinfo=timezone(timedelta(hours=8)))
    write(store, thing(starts_at=at, made_at=at))
    row = rows(store).iloc[0]
    expected = datetime(2026, 1, 31, 12, 0, 0, 1, tzinfo=UTC)
    assert (expected, expected) == (row["starts_at"], row["made_at"])


def test_text_of_any_alphabet_comes_back(store):
    write(store, thing(name="ünï \U0001f680 \x00 'quoted' %s :x"))
    assert ["ünï \U0001f680 \x00 'quoted' %s :x"] == rows(store)["name"].tolist()


def test_rows_are_sorted_by_start_and_key_whatever_the_order_of_writing(store):
    write(store, thing("b"), thing("B"), thing("a"), thing("z", starts_at=T - minutes(1)))
    assert ["z", "B", "a", "b"] == keys(store)


def test_a_window_keeps_what_was_alive_in_it(store):
    ended = thing("ended", starts_at=T - minutes(9), ends_at=T - minutes(1))
    write(store, ended, thing("alive", starts_at=T - minutes(9)), thing("later", starts_at=T + minutes(1)))
    assert ["alive"] == keys(store, since=T, until=T)


def test_a_window_includes_both_of_its_ends(store):
    write(store, thing("ends", starts_at=T - minutes(9), ends_at=T), thing("starts", starts_at=T))
    assert ["ends", "starts"] == keys(store, since=T, until=T)


def test_scopes_do_not_see_each_other(store):
    store.write_batch("lab", batch(thing(), scope="acme/other"), kinds=KINDS, seen_at=T)
    assert [] == keys(store)


def test_new_changed_and_unchanged_records_are_counted(store):
    write(store, thing("a"), thing("b"))
    summary = write(store, thing("a"), thing("b", version="2"), thing("c"))
    assert ({"things": 1},) * 3 == (summary.inserted, summary.changed, summary.unchanged)


def test_an_older_version_overwrites_nothing(store):
    write(store, thing(version="2", size=2))
    assert {"things": 1} == write(store, thing(version="1", size=1)).unchanged
    assert [2] == rows(store)["size"].tolist()


def test_the_same_version_with_other_data_overwrites(store):
    write(store, thing(size=1))
    assert {"things": 1} == write(store, thing(size=2)).changed
    assert [2] == rows(store)["size"].tolist()


def test_the_newest_of_two_readings_in_one_batch_is_kept(store):
    write(store, thing(version="2", size=2), thing(version="1", size=1))
    assert [2] == rows(store)["size"].tolist()


def test_versions_are_compared_by_code_point_on_every_database(store):
    write(store, thing(version="a"))
    assert {"things": 1} == write(store, thing(version="B")).unchanged


def test_a_record_that_is_read_again_unchanged_was_seen_again(store, store_url):
    write(store, thing())
    write(store, thing(), seen_at=T + minutes(15))
    engine = create_engine(store_url)
    with engine.connect() as connection:
        assert "12:15" in str(connection.execute(text("SELECT seen_at FROM records")).scalar_one())
    engine.dispose()


def test_more_keys_than_one_statement_may_hold_are_upserted(store):
    many = [thing(str(number)) for number in range(2_500)]
    write(store, *many)
    assert {"things": 2_500} == write(store, *many).unchanged


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("name", 1),
        ("size", 1.0),
        ("size", True),
        ("size", 2**63),
        ("weight", "1"),
        ("weight", math.nan),
        ("weight", math.inf),
        ("broken", 0),
        ("made_at", "2026-01-31T12:00:00Z"),
        ("made_at", datetime(2026, 1, 31)),  # noqa: DTZ001
        ("parts", "wheel"),
        ("parts", [math.nan]),
        ("parts", [T]),
        ("unheard_of", 1),
    ],
)
def test_a_wrong_value_refuses_the_batch_and_names_kind_key_and_column(store, column, value):
    with pytest.raises(ContractError, match=f"things b: column {column}"):
        write(store, thing("a"), thing("b", **{column: value}))
    assert [] == keys(store)


def test_a_column_that_is_not_there_refuses_the_batch(store):
    record = thing()
    short = type(record)(**{**vars(record), "data": {"name": "a"}})
    with pytest.raises(ContractError, match="things a: column broken, made_at, parts, size, weight"):
        write(store, short)


def test_a_naive_span_refuses_the_batch(store):
    with pytest.raises(ContractError, match="things a: an instant has no timezone"):
        write(store, thing(starts_at=datetime(2026, 1, 31)))  # noqa: DTZ001


def test_a_kind_of_another_source_refuses_the_batch(store):
    with pytest.raises(ContractError, match="things is a kind of lab, not of other"):
        store.write_batch("other", batch(thing()), kinds=KINDS, seen_at=T)


def test_a_batch_that_fails_half_way_leaves_everything_as_it_was(store):
    naive = datetime(2026, 1, 31)  # noqa: DTZ001
    with pytest.raises(ContractError, match="no timezone"):
        store.write_batch("lab", batch(thing(), coverage=(covered(),)), kinds=KINDS, seen_at=naive)
    assert ([], {}) == (keys(store), store.read_coverage("lab", scope=SCOPE))


def test_a_column_declared_later_is_unknown_in_older_rows(store):
    write(store, thing())
    wider = RecordKind(**{**vars(THINGS), "columns": {**THINGS.columns, "colour": Column.TEXT}})
    assert store.read_records(wider, scope=SCOPE)["colour"].isna().all()


def test_a_fetch_sees_coverage_and_records_of_its_scope(store):
    store.write_batch("lab", batch(thing(), coverage=(covered(),)), kinds=KINDS, seen_at=T)
    known = store.known("lab", KINDS, scope=SCOPE)
    assert ({DAY: covered()}, {}) == (known.coverage("things"), known.coverage("shelves"))
    assert ["a"] == known.records("things", since=T)["key"].tolist()

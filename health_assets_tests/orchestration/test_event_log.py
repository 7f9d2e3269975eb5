"""The event log on SQLite: the same rows as Dagster's own, in fewer transactions, and never half a batch."""

import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import dagster as dg
import pytest
from dagster._core.events import (
    AssetMaterializationPlannedData,
    DagsterEvent,
    DagsterEventType,
    StepMaterializationData,
)
from dagster._core.events.log import EventLogEntry
from dagster._core.storage.event_log import SqliteEventLogStorage
from sqlalchemy import Engine, event

from health_assets.model.errors import ConfigError
from health_assets.orchestration.event_log import BATCH_SIZE, KeptSqliteEventLogStorage
from health_assets.orchestration.instance import dagster_home

RUN, OTHER_RUN = "aaaaaaaa-0000-0000-0000-000000000000", "bbbbbbbb-0000-0000-0000-000000000000"
DAYS = [f"2026-03-{day:02}" for day in range(1, 9)]


@pytest.fixture
def log(tmp_path: Path) -> Iterator[KeptSqliteEventLogStorage]:
    """An empty event log."""
    storage = KeptSqliteEventLogStorage(str(tmp_path / "kept"))
    yield storage
    storage.dispose()


@pytest.fixture
def commits() -> Iterator[list[str]]:
    """The databases of all transactions that ended, in their order."""
    seen: list[str] = []

    def note(connection: object) -> None:
        seen.append(Path(connection.engine.url.database).stem)  # type: ignore[attr-defined]

    event.listen(Engine, "commit", note)
    yield seen
    event.remove(Engine, "commit", note)


def materialized(asset: str, day: str, *, run: str = RUN) -> EventLogEntry:
    """One asset's materialisation of one day."""
    data = StepMaterializationData(dg.AssetMaterialization(asset, partition=day, metadata={"values": 3}))
    return _entry(DagsterEventType.ASSET_MATERIALIZATION, data, run=run)


def planned(asset: str, day: str, *, run: str = RUN) -> EventLogEntry:
    """The same as an intention."""
    data = AssetMaterializationPlannedData(dg.AssetKey(asset), partition=day)
    return _entry(DagsterEventType.ASSET_MATERIALIZATION_PLANNED, data, run=run)


def _entry(kind: DagsterEventType, data: object, *, run: str) -> EventLogEntry:
    happened = DagsterEvent(kind.value, job_name="collect", event_specific_data=data, step_key="step")  # type: ignore[arg-type]
    return EventLogEntry(
        error_info=None,
        level=10,
        user_message="",
        run_id=run,
        timestamp=1_772_366_400.0,
        step_key="step",
        job_name="collect",
        dagster_event=happened,
    )


def _rows(storage: SqliteEventLogStorage) -> list[object]:
    found = [record.event_log_entry for run in (RUN, OTHER_RUN) for record in storage.get_records_for_run(run).records]
    counts = [storage.get_materialized_partitions(dg.AssetKey(asset)) for asset in ("one", "two")]
    return [found, counts, storage.get_asset_records([dg.AssetKey("one")])[0].asset_entry.last_materialization]


def test_it_stores_what_dagsters_own_stores(log, tmp_path):
    own = SqliteEventLogStorage(str(tmp_path / "own"))
    events = [planned("one", DAYS[0]), *(materialized("one", day) for day in DAYS), materialized("two", DAYS[0])]
    for entry in events:
        own.store_event(entry)
    log.store_event_batch(events[:6])
    for entry in events[6:]:
        log.store_event(entry)
    assert _rows(own) == _rows(log)


def test_a_batch_is_one_transaction_in_the_runs_file_and_one_in_the_index(log, commits):
    log.store_event(planned("one", DAYS[0]))
    commits.clear()
    log.store_event_batch([materialized("one", day) for day in DAYS])
    assert ["index", RUN] == sorted(commits, reverse=True)


def test_half_a_batch_is_never_stored(log):
    log.store_event(planned("one", DAYS[0]))
    broken = materialized("one", DAYS[1])._replace(run_id=None)
    with pytest.raises(Exception, match="NoneType"):
        log.store_event_batch([materialized("one", DAYS[0]), broken])
    assert 1 == len(log.get_records_for_run(RUN).records)
    assert set() == log.get_materialized_partitions(dg.AssetKey("one"))


def test_after_a_failed_batch_the_same_events_are_stored_one_by_one(log):
    broken = materialized("one", DAYS[1])._replace(run_id=None)
    with pytest.raises(Exception, match="NoneType"):
        log.store_event_batch([materialized("one", DAYS[0]), broken])
    log.store_event(materialized("one", DAYS[0]))
    assert {DAYS[0]} == log.get_materialized_partitions(dg.AssetKey("one"))


def test_two_runs_written_by_turns_keep_their_own_files(log):
    for day in DAYS:
        log.store_event(materialized("one", day))
        log.store_event(materialized("two", day, run=OTHER_RUN))
    counts = [len(log.get_records_for_run(run).records) for run in (RUN, OTHER_RUN)]
    assert [len(DAYS), len(DAYS)] == counts


def test_threads_and_a_second_process_lose_nothing(log, tmp_path):
    second = SqliteEventLogStorage(str(tmp_path / "kept"))

    def write(number: int) -> None:
        (log if number % 2 else second).store_event(materialized("one", DAYS[number]))

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(write, range(len(DAYS))))
    assert set(DAYS) == log.get_materialized_partitions(dg.AssetKey("one"))


def test_each_event_reaches_the_file_that_the_ui_watches(log):
    log.store_event(planned("one", DAYS[0]))
    file = Path(log.path_for_shard(RUN))
    before = file.read_bytes()
    log.store_event(materialized("one", DAYS[0]))
    assert before != file.read_bytes()


def test_the_projects_instance_has_this_log_where_dagsters_own_would_be(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("DAGSTER_HOME", raising=False)
    monkeypatch.delenv(BATCH_SIZE, raising=False)
    home = dagster_home(sandbox=True)
    with dg.DagsterInstance.get() as instance:
        assert KeptSqliteEventLogStorage is type(instance.event_log_storage)
        assert (home / "history" / "runs" / "index.db").is_file()
    assert "500" == os.environ[BATCH_SIZE]


def test_an_instance_without_a_home_says_what_to_set(monkeypatch):
    monkeypatch.delenv("DAGSTER_HOME", raising=False)
    with pytest.raises(ConfigError, match="neither base_dir nor DAGSTER_HOME"):
        KeptSqliteEventLogStorage.from_config_value(None, {})

"""Dagster's SQLite event log with engines that are kept and batches that are one transaction.

Dagster's own opens a new engine for every group of statements, so that each event compiles its SQL anew, and it stores
a batch event by event. A run of 42 rows over 8 days writes some 1,900 events; that was half of its time (ADR 0009).
Files, schema and rows are Dagster's own: an instance can change between the two classes at any time.
"""

import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from threading import RLock
from typing import Any

from dagster import Field, StringSource
from dagster._core.events.log import EventLogEntry
from dagster._core.storage.event_log import SqliteEventLogStorage
from dagster._core.storage.event_log.sqlite.sqlite_event_log import INDEX_SHARD_NAME
from dagster._core.storage.sqlite import SQLITE_BUSY_TIMEOUT_SECONDS
from sqlalchemy import Connection, Engine, create_engine, inspect
from sqlalchemy.pool import NullPool, QueuePool

from health_assets.model.errors import ConfigError

#: Environment variable of Dagster: how many events one batch may hold; 0, its default, stores them one by one.
BATCH_SIZE = "DAGSTER_EVENT_BATCH_SIZE"
EVENTS_A_BATCH = "500"


class KeptSqliteEventLogStorage(SqliteEventLogStorage):
    """SqliteEventLogStorage that keeps an engine for the index and one for the run it wrote last.

    The index keeps its connection too. A run's file is closed after every transaction: closing moves the write-ahead
    log into the file, whose change the UI watches to show a run's events as they come.
    """

    @classmethod
    def config_type(cls) -> dict[str, Any]:
        """`base_dir`: folder of the files; default DAGSTER_HOME/history/runs, where Dagster's own has them."""
        return {"base_dir": Field(StringSource, is_required=False)}

    @classmethod
    def from_config_value(cls, inst_data: Any, config_value: Mapping[str, Any]) -> "KeptSqliteEventLogStorage":
        """Called by Dagster for dagster.yaml. Raises ConfigError without `base_dir` and without DAGSTER_HOME."""
        folder = config_value.get("base_dir")
        if folder is None:
            home = os.environ.get("DAGSTER_HOME")
            if not home:
                raise ConfigError(
                    "dagster.yaml: event_log_storage: neither base_dir nor DAGSTER_HOME says where events are kept",
                    hint="set DAGSTER_HOME to the folder of dagster.yaml",
                )
            folder = str(Path(home, "history", "runs"))
        return cls(base_dir=folder, inst_data=inst_data)

    def __init__(self, base_dir: str, inst_data: Any = None) -> None:
        self._engines: dict[str, Engine] = {}
        self._batch: ExitStack | None = None
        self._batched: dict[str, Connection] = {}
        self._tables: set[str] = set()
        # reentrant, as a batch holds it over the statements of its events
        self._lock = RLock()
        super().__init__(base_dir, inst_data)

    @contextmanager
    def _connect(self, shard: str) -> Iterator[Connection]:
        with self._lock:
            if self._batch is None:
                with self._engine(shard).begin() as connection:
                    yield connection
                return
            if shard not in self._batched:
                self._batched[shard] = self._batch.enter_context(self._engine(shard).begin())
            yield self._batched[shard]

    def store_event_batch(self, events: Sequence[EventLogEntry]) -> None:
        """All of `events` or none, in one transaction a file: Dagster repeats a failed batch event by event."""
        with self._lock, ExitStack() as batch:
            self._batch = batch
            batch.callback(self._end_batch)
            for event in events:
                self.store_event(event)

    def has_table(self, table_name: str) -> bool:
        """Whether the index has the table; Dagster asks before each batch of asset events."""
        if table_name not in self._tables:
            with self._lock, self._engine(INDEX_SHARD_NAME).connect() as connection:
                if not inspect(connection).has_table(table_name):
                    return False
            self._tables.add(table_name)
        return True

    def wipe(self) -> None:
        """Deletes all runs' files and empties the index."""
        with self._lock:
            self._forget_runs()
            super().wipe()

    def dispose(self) -> None:
        """Closes what is open."""
        super().dispose()
        with self._lock:
            for engine in self._engines.values():
                engine.dispose()
            self._engines.clear()

    def _end_batch(self) -> None:
        self._batch = None
        self._batched.clear()

    def _engine(self, shard: str) -> Engine:
        if shard not in self._engines:
            with super()._connect(shard):
                pass  # makes the file with its schema, or waits for another process that is making it
            if shard != INDEX_SHARD_NAME:
                self._forget_runs()
            self._engines[shard] = create_engine(
                self.conn_string_for_shard(shard),
                poolclass=QueuePool if shard == INDEX_SHARD_NAME else NullPool,
                connect_args={"timeout": SQLITE_BUSY_TIMEOUT_SECONDS, "check_same_thread": False},
            )
        return self._engines[shard]

    def _forget_runs(self) -> None:
        for shard in set(self._engines) - {INDEX_SHARD_NAME}:
            self._engines.pop(shard).dispose()

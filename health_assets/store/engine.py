"""From a URL to an engine, and the two kinds of transaction; every database error leaves as a StoreError.

One writer at a time on both databases: BEGIN IMMEDIATE on SQLite, an advisory lock on PostgreSQL. A transaction that
reads rows, compares and writes them back can so neither dead-lock nor lose another process's rows.
"""

import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Connection, Engine, create_engine, event, func, make_url, select
from sqlalchemy.engine import URL
from sqlalchemy.exc import ArgumentError, DBAPIError, StatementError

from health_assets.model.errors import ContractError, StoreError

#: How long SQLite waits for another writer. The longest transaction here takes seconds, a tick 15 minutes.
BUSY_SECONDS = 30
CONNECT_SECONDS = 10
#: Names the advisory lock inside one PostgreSQL database; the bytes of "health".
LOCK_KEY = 0x6865616C7468
WRITES = "health_assets_writes"

#: Part of the database's own words -> what to do; the first match wins.
HINTS = (
    ("unable to open database file", "check that the path is a file this user may write"),
    ("not a database", "the file belongs to something else: choose another path, or move the file away"),
    ("readonly database", "make the file and its directory writable for this user"),
    ("is locked", "another process has held the store for too long: end it, or try again"),
    ("lock timeout", "another process has held the store for too long: end it, or try again"),
    ("disk is full", "free some space"),
    ("authentication failed", "check user and password in the URL"),
    ("no password supplied", "check user and password in the URL"),
    ("does not exist", "create the database and the user, or correct the URL"),
    ("permission denied", "grant the user CREATE, SELECT, INSERT, UPDATE and DELETE on its schema"),
    ("connection to server", "check that PostgreSQL runs there and that host and port are right"),
    ("could not translate host name", "check the host name in the URL"),
    ("already exists", "the database holds tables of something else: choose an empty database or schema"),
)


def parse_url(text: str) -> URL:
    """The store's URL with its driver named. Raises StoreError without showing the text, which may hold a password."""
    try:
        url = make_url(text)
    except (ArgumentError, ValueError):
        raise StoreError(
            "the store URL cannot be read", hint="write it like sqlite:///var/health.db or postgresql://user@host/name"
        ) from None
    if url.drivername in {"postgres", "postgresql"}:
        return url.set(drivername="postgresql+psycopg2")
    if url.drivername in {"sqlite", "sqlite+pysqlite"}:
        if not url.database or url.database == ":memory:":
            raise StoreError("a store in memory ends with its process", hint="name a file: sqlite:///var/health.db")
        return url
    if url.drivername == "postgresql+psycopg2":
        return url
    raise StoreError(f"{url.drivername} is not supported", hint="use sqlite:/// or postgresql://")


def safe_url(url: URL) -> str:
    """The URL for messages: no password, and no query, which may hold one too."""
    return url.set(query={}).render_as_string(hide_password=True)


def create(url: URL) -> Engine:
    """An engine that has not connected yet; makes the directory of an SQLite file. Raises StoreError."""
    if url.get_backend_name() == "sqlite":
        return _sqlite(url)
    try:
        return create_engine(url, pool_pre_ping=True, connect_args={"connect_timeout": CONNECT_SECONDS})
    except ModuleNotFoundError as error:
        raise StoreError(
            f"{safe_url(url)} needs the PostgreSQL driver", hint="pip install 'health-assets[postgres]'"
        ) from error


def _sqlite(url: URL) -> Engine:
    directory = Path(url.database or "").parent
    try:
        directory.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StoreError(
            f"the directory of {safe_url(url)} cannot be made: {error.strerror}", hint="check the path and its owner"
        ) from error
    engine = create_engine(url, connect_args={"timeout": BUSY_SECONDS})
    event.listen(engine, "connect", _prepare)
    event.listen(engine, "begin", _begin)
    return engine


def _prepare(connection: sqlite3.Connection, _record: object) -> None:
    # sqlite3 would otherwise begin transactions by itself, always deferred, and only before some statements
    connection.isolation_level = None
    _switch_to_wal(connection)
    connection.execute("PRAGMA synchronous = NORMAL")


def _switch_to_wal(connection: sqlite3.Connection) -> None:
    # Kept by the file, so only the first process switches. SQLite does not use its busy timeout here: of 480 opens of
    # a new file by six processes at once, 7 failed with "database is locked" before this loop
    deadline = time.monotonic() + BUSY_SECONDS
    while True:
        try:
            connection.execute("PRAGMA journal_mode = WAL")
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode != sqlite3.SQLITE_BUSY or time.monotonic() > deadline:
                raise
            time.sleep(0.01)
        else:
            return


def _begin(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN IMMEDIATE" if connection.get_execution_options().get(WRITES) else "BEGIN")


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """A transaction that only reads. Raises StoreError."""
    with _explained(engine.url), engine.begin() as connection:
        yield connection


@contextmanager
def writing(engine: Engine) -> Iterator[Connection]:
    """The only writing transaction at that time, in any process; all of it is kept or nothing. Raises StoreError."""
    with _explained(engine.url), engine.execution_options(**{WRITES: True}).begin() as connection:
        if connection.dialect.name == "postgresql":
            connection.execute(select(func.pg_advisory_xact_lock(LOCK_KEY)))
        yield connection


@contextmanager
def _explained(url: URL) -> Iterator[None]:
    try:
        yield
    except DBAPIError as error:
        words = " ".join(str(error.orig).split())
        if url.password:
            words = words.replace(str(url.password), "***")
        hint = next((hint for part, hint in HINTS if part in words), "")
        raise StoreError(f"the store {safe_url(url)} failed: {words}", hint=hint) from error
    except StatementError as error:
        # raised while a value was prepared for the database: the caller's value, not the store, is at fault
        raise ContractError(f"a value cannot be stored: {error.orig}") from error

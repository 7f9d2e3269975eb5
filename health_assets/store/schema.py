"""Tables of the store. Days are ISO dates as text; instants are UTC; JSON is text, the same on both databases.

A change here needs a new file in migrations/versions and its name in REVISION; a test compares the three.
"""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    DateTime,
    Dialect,
    Double,
    Index,
    Integer,
    MetaData,
    Table,
    Text,
    TypeDecorator,
)

#: The migration that makes exactly these tables. Kept here so that opening a store need not import Alembic (0.5 s).
REVISION = "0002"
#: Not Alembic's default: Dagster's own storage uses `alembic_version`, and both may share one PostgreSQL database.
VERSION_TABLE = "health_assets_version"


class Instant(TypeDecorator[datetime]):
    """An aware instant, kept in UTC to the microsecond; raises ValueError for a naive one.

    SQLite gets fixed-width text, which sorts in time order; PostgreSQL gets `timestamp with time zone`.
    """

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        """The instant in UTC."""
        if value is None:
            return None
        if value.utcoffset() is None:
            raise ValueError(f"the instant {value} has no timezone")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        """The stored instant, aware again."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


METADATA = MetaData()


def _key(name: str) -> Column[Any]:
    return Column(name, Text, primary_key=True)


def _text(name: str) -> Column[Any]:
    return Column(name, Text, nullable=False)


def _count(name: str) -> Column[Any]:
    return Column(name, Integer, nullable=False)


def _instant(name: str) -> Column[Any]:
    return Column(name, Instant, nullable=False)


RECORDS = Table(
    "records",
    METADATA,
    _key("source"),
    _key("kind"),
    _key("scope"),
    _key("key"),
    _text("version"),
    _instant("starts_at"),
    Column("ends_at", Instant),
    _text("data"),
    _instant("seen_at"),
    Index("records_by_end", "source", "kind", "scope", "ends_at"),
)

COVERAGE = Table(
    "coverage",
    METADATA,
    _key("source"),
    _key("kind"),
    _key("scope"),
    _key("day"),
    _instant("captured_at"),
    _count("fetched"),
    Column("expected", Integer),
    Column("truncated", Boolean, nullable=False),
    _text("detail"),
)

COLLECTIONS = Table(
    "collections",
    METADATA,
    Column("id", Integer, primary_key=True, autoincrement=True),
    _text("source"),
    _text("day"),
    _instant("started_at"),
    Column("duration_seconds", Double, nullable=False),
    _count("requests"),
    _count("errors"),
    _count("metrics"),
    _count("rejected"),
    _text("failures"),
    Index("collections_by_start", "source", "day", "started_at"),
)

OBSERVATIONS = Table(
    "observations",
    METADATA,
    _key("metric"),
    _key("scope"),
    _key("day"),
    Column("value", Double),
    Column("reason", Text),
    _text("detail"),
    _count("samples"),
    _instant("as_of"),
    _text("evidence"),
    _count("evidence_total"),
    CheckConstraint("value IS NOT NULL OR reason IS NOT NULL", name="observations_missing_has_reason"),
)

SCORES = Table(
    "scores",
    METADATA,
    _key("fom"),
    _key("scope"),
    _key("day"),
    Column("score", Double),
    Column("value", Double),
    Column("reason", Text),
    _instant("as_of"),
    _text("row_hash"),
    CheckConstraint("score IS NOT NULL OR reason IS NOT NULL", name="scores_missing_has_reason"),
)

PUBLICATIONS = Table(
    "publications",
    METADATA,
    _key("target"),
    _key("name"),
    _text("remote_id"),
    _text("digest"),
    _instant("published_at"),
)

OUTBOX = Table(
    "outbox",
    METADATA,
    _key("target"),
    _key("metric"),
    _key("tags"),
    Column("at", BigInteger, primary_key=True, autoincrement=False),
    Column("value", Double, nullable=False),
)

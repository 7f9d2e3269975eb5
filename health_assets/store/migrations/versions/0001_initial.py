"""The first tables."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Brings an empty database to 0001; there is no way back, restore a backup instead."""
    op.create_table(
        "records",
        *_keys("source", "kind", "scope", "key"),
        _text("version"),
        _instant("starts_at"),
        sa.Column("ends_at", sa.DateTime(timezone=True)),
        _text("data"),
        _instant("seen_at"),
    )
    op.create_index("records_by_end", "records", ["source", "kind", "scope", "ends_at"])
    op.create_table(
        "coverage",
        *_keys("source", "kind", "scope", "day"),
        _instant("captured_at"),
        _count("fetched"),
        sa.Column("expected", sa.Integer),
        sa.Column("truncated", sa.Boolean, nullable=False),
        _text("detail"),
    )
    op.create_table(
        "collections",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
        _text("source"),
        _text("day"),
        _instant("started_at"),
        sa.Column("duration_seconds", sa.Double, nullable=False),
        *map(_count, ("requests", "errors", "metrics", "rejected")),
        _text("failures"),
    )
    op.create_index("collections_by_start", "collections", ["source", "day", "started_at"])
    op.create_table(
        "observations",
        *_keys("metric", "scope", "day"),
        sa.Column("value", sa.Double),
        sa.Column("reason", sa.Text),
        _text("detail"),
        _count("samples"),
        _instant("as_of"),
        _text("evidence"),
        _count("evidence_total"),
        sa.CheckConstraint("value IS NOT NULL OR reason IS NOT NULL", name="observations_missing_has_reason"),
    )
    op.create_table(
        "scores",
        *_keys("fom", "scope", "day"),
        sa.Column("score", sa.Double),
        sa.Column("value", sa.Double),
        sa.Column("reason", sa.Text),
        _instant("as_of"),
        _text("row_hash"),
        sa.CheckConstraint("score IS NOT NULL OR reason IS NOT NULL", name="scores_missing_has_reason"),
    )


def _keys(*names: str) -> list[sa.Column[Any]]:
    return [sa.Column(name, sa.Text, primary_key=True) for name in names]


def _text(name: str) -> sa.Column[Any]:
    return sa.Column(name, sa.Text, nullable=False)


def _count(name: str) -> sa.Column[Any]:
    return sa.Column(name, sa.Integer, nullable=False)


def _instant(name: str) -> sa.Column[Any]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=False)

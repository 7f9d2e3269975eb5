"""Datadog facts: one record kind a query, whose records are the points of its series."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from health_assets.model.record import Column, Mode, Record, RecordKind
from health_assets.model.time import iso
from health_assets.sources.datadog.queries import BUCKET, Asked

#: Agents send their points late by minutes: a day is final when it was read so long after its end.
GRACE = timedelta(minutes=30)


def kind_of(query: Asked) -> RecordKind:
    """The kind that holds the points of a query; each has its own, so that a new row's days count as unread."""
    return RecordKind(
        source="datadog",
        name=query.kind,
        mode=Mode.EVENT,
        grace=GRACE,
        description=f"Points of `{query.text}` in buckets of {BUCKET.seconds // 60} minutes.",
        columns={"at": Column.TIME, "value": Column.NUMBER},
    )


def points_of(query: Asked, points: Mapping[datetime, float]) -> list[Record]:
    """Records of a series, {begin of the bucket: value}."""
    # the version stays: a point that is read again replaces itself, and is written only where it differs
    return [
        Record(
            kind=query.kind,
            key=iso(at),
            version="1",
            starts_at=at,
            ends_at=at + BUCKET,
            data={"at": at, "value": value},
        )
        for at, value in sorted(points.items())
    ]

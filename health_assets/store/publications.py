"""What exists at a publisher's target, and the points that could not be sent yet."""

from collections.abc import Collection, Sequence

from sqlalchemy import Connection, delete, insert, select

from health_assets.model.publication import Point, Publication
from health_assets.store.schema import OUTBOX, PUBLICATIONS
from health_assets.store.statements import upsert


def read(connection: Connection, target: str) -> dict[str, Publication]:
    """Name -> what exists at `target`."""
    rows = connection.execute(select(*PUBLICATIONS.columns).where(PUBLICATIONS.c.target == target))
    return {row.name: Publication(**row._asdict()) for row in rows}


def write(connection: Connection, publications: Sequence[Publication]) -> None:
    """Remembers, replacing what had the same target and name."""
    upsert(connection, PUBLICATIONS, [vars(publication) for publication in publications])


def forget(connection: Connection, target: str, names: Collection[str]) -> None:
    """Forgets what no longer exists."""
    where = (PUBLICATIONS.c.target == target) & PUBLICATIONS.c.name.in_(sorted(names))
    connection.execute(delete(PUBLICATIONS).where(where))


def read_outbox(connection: Connection, target: str) -> list[Point]:
    """The points that wait for `target`, in the order of their series and times."""
    rows = connection.execute(select(*OUTBOX.columns).where(OUTBOX.c.target == target))
    return sorted(
        Point(metric=row.metric, tags=tuple(row.tags.split(",")) if row.tags else (), at=row.at, value=row.value)
        for row in rows
    )


def replace_outbox(connection: Connection, target: str, points: Collection[Point]) -> None:
    """From now on exactly these points wait. Two values of one series and time: the last one counts."""
    rows = {(point.metric, ",".join(point.tags), point.at): point.value for point in points}
    connection.execute(delete(OUTBOX).where(OUTBOX.c.target == target))
    values = [
        {"target": target, "metric": metric, "tags": tags, "at": at, "value": value}
        for (metric, tags, at), value in rows.items()
    ]
    if values:
        connection.execute(insert(OUTBOX), values)

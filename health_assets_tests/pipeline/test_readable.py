"""Odd records are left out; a kind of which many cannot be read fails the collection."""

from datetime import UTC, datetime

import pytest

from health_assets.model.errors import Cause, SourceError
from health_assets.model.record import Batch, Record, Rejection
from health_assets.pipeline.readable import refuse_unreadable
from health_assets.sources.registry import SOURCES

NOON = datetime(2026, 3, 18, 12, tzinfo=UTC)


def batch(source: str, *, read: int, refused: int, same_keys: bool = False) -> Batch:
    """Records of the source's first kind, and payloads of it that could not be read."""
    kind = SOURCES[source].kinds[0].name
    records = [
        Record(kind=kind, key=str(number), version="1", starts_at=NOON, ends_at=NOON, data={}) for number in range(read)
    ]
    first = 0 if same_keys else read
    rejections = [
        Rejection(kind=kind, key=str(first + number), problem="created_at is missing") for number in range(refused)
    ]
    return Batch(scope="acme", records=tuple(records), coverage=(), requests=1, rejections=tuple(rejections))


@pytest.mark.parametrize(("read", "refused"), [(0, 2), (27, 3), (400, 40)])
def test_odd_records_are_left_out(read: int, refused: int) -> None:
    refuse_unreadable(SOURCES["asana"], batch("asana", read=read, refused=refused))


@pytest.mark.parametrize(("read", "refused"), [(0, 3), (26, 3), (400, 45)])
def test_many_that_cannot_be_read_fail_the_collection(read: int, refused: int) -> None:
    with pytest.raises(SourceError, match=f"acme: {refused} of {read + refused} .* created_at is missing") as caught:
        refuse_unreadable(SOURCES["asana"], batch("asana", read=read, refused=refused))
    assert Cause.BAD_PAYLOAD is caught.value.cause


def test_a_record_that_is_kept_without_a_part_counts_as_read() -> None:
    refuse_unreadable(SOURCES["wandb"], batch("wandb", read=9, refused=9, same_keys=True))


@pytest.mark.parametrize("source", ["evals", "training_jobs"])
def test_documents_are_judged_one_by_one(source: str) -> None:
    refuse_unreadable(SOURCES[source], batch(source, read=0, refused=50))

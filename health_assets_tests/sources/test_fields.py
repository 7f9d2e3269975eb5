from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from health_assets.model.errors import ContractError
from health_assets.model.record import Record
from health_assets.sources import fields

NOON = datetime(2026, 3, 18, 12, tzinfo=UTC)


def problem(read: Callable[[], Any]) -> str:
    with pytest.raises(ContractError) as caught:
        read()
    return caught.value.message


def test_what_is_missing_or_mistyped_is_named() -> None:
    assert "count is missing" == problem(lambda: fields.required({}, "count", int))
    assert "count is missing" == problem(lambda: fields.required({"count": None}, "count", int))
    assert "count is str, expected int" == problem(lambda: fields.required({"count": "3"}, "count", int))


def test_a_flag_is_no_integer_and_no_number() -> None:
    assert "count is bool, expected int" == problem(lambda: fields.optional({"count": True}, "count", int))
    assert "count is bool, expected a number" == problem(lambda: fields.number({"count": True}, "count"))


@pytest.mark.parametrize("value", [float("nan"), float("inf"), None, "3"])
def test_a_number_is_finite(value: object) -> None:
    assert "expected a number" in problem(lambda: fields.number({"load": value}, "load"))


def test_words_that_mean_unknown_are_no_text() -> None:
    assert [None, None, "eu"] == [fields.text({"zone": zone}, "zone", unknown=("", "-")) for zone in ("-", "", "eu")]
    assert "zone is missing" == problem(lambda: fields.required_text({"zone": ""}, "zone"))


def test_instants_are_utc() -> None:
    assert NOON == fields.instant({"at": "2026-03-18T14:00:00+02:00"}, "at")
    assert NOON == fields.epoch({"at": NOON.timestamp()}, "at")
    assert "at is 'noon', expected an ISO instant" == problem(lambda: fields.instant({"at": "noon"}, "at"))


@pytest.mark.parametrize("value", [None, 0, -1])
def test_seconds_that_mean_never_are_no_instant(value: int | None) -> None:
    assert fields.epoch({"at": value}, "at") is None


def test_an_instant_outside_of_the_calendar_is_refused() -> None:
    assert "at is no instant" == problem(lambda: fields.epoch({"at": 1e18}, "at"))


def test_what_cannot_be_read_is_named_and_the_others_stay() -> None:
    def read(payload: fields.Payload) -> Record | None:
        key = fields.required(payload, "id", str)
        if key == "skip":
            return None
        return Record(kind="things", key=key, version="1", starts_at=NOON, ends_at=None, data={})

    records, rejections = fields.read_each("things", [{"id": "a"}, 7, {"id": 3}, {"id": "skip"}], read, name="id")
    assert ["a"] == [record.key for record in records]
    assert [("?", "is int, expected an object"), ("3", "id is int, expected str")] == [
        (rejection.key, rejection.problem) for rejection in rejections
    ]

"""Payloads to records: times, what is kept from before, what cannot be read."""

from datetime import UTC, datetime
from typing import Any

import pytest

from health_assets.model.errors import ContractError
from health_assets.model.time import day_of
from health_assets.sources.skypilot.records import cluster, managed_job, vanished_job
from health_assets.sources.skypilot.resources import accelerators_a_node, is_spot, nodes_of
from health_assets_tests.sources.skypilot.frames import DAY, HOUR, UTC_ZONE, T


def payload(**changes: Any) -> dict[str, Any]:
    row = {
        "job_id": 5,
        "task_id": 0,
        "job_name": "train",
        "user_name": "ann",
        "user_hash": "0a1b2c3d",
        "workspace": "default",
        "status": "RUNNING",
        "submitted_at": (T - 2 * HOUR).timestamp(),
        "start_at": (T - HOUR).timestamp(),
        "end_at": None,
        "last_recovered_at": -1.0,
        "recovery_count": 0,
        "resources": "2x[L4:1]",
        "cluster_resources": "2x(gpus=L4:1, g6.xlarge, ...)",
        "accelerators": {"L4": 1},
        "cloud": "AWS",
        "region": "us-east-1",
    }
    return row | changes


def read(held: Any = None, now: datetime = T, **changes: Any) -> dict[str, Any]:
    record = managed_job(payload(**changes), held=held, now=now)
    assert record is not None
    return dict(record.data)


PENDING = {"status": "PENDING", "submitted_at": None, "start_at": None}
FINISHED = {
    "status": "SUCCEEDED",
    "end_at": T.timestamp(),
    "accelerators": None,
    "cloud": "-",
    "region": "-",
    "cluster_resources": "-",
}


def test_a_running_job_has_its_times_and_what_it_holds_on_all_nodes() -> None:
    data = read()
    assert (T - 2 * HOUR, T - HOUR, None) == (data["queued_at"], data["started_at"], data["ended_at"])
    assert ({"L4": 2.0}, False, "us-east-1") == (data["accelerators"], data["spot"], data["region"])


def test_a_pending_job_waits_from_when_it_was_first_seen_until_it_has_an_instant_of_its_own() -> None:
    first = read(**PENDING)
    again = read(first, now=T + HOUR, **PENDING)
    started = read(again, now=T + 2 * HOUR, submitted_at=(T + HOUR).timestamp())
    assert [T, T, T + HOUR] == [data["queued_at"] for data in (first, again, started)]


def test_a_finished_job_keeps_what_it_held_from_before() -> None:
    data = read(read(spot=None), **FINISHED)
    assert ({"L4": 2.0}, "us-east-1", "AWS") == (data["accelerators"], data["region"], data["cloud"])


def test_a_finished_job_never_seen_before_tells_by_its_request() -> None:
    data = read(**FINISHED, resources="1x[H100:8][Spot]")
    assert ({"H100": 8.0}, True, None) == (data["accelerators"], data["spot"], data["region"])


def test_a_choice_of_accelerators_leaves_a_finished_job_unknown() -> None:
    assert read(**FINISHED, resources="1x[A100:8, H100:8]")["accelerators"] is None


def test_a_job_cancelled_while_pending_ended_when_it_was_missed() -> None:
    cancelled = PENDING | {"status": "CANCELLED"}
    known = read(read(**PENDING), now=T + HOUR, **cancelled)
    later = read(known, now=T + DAY, **cancelled)
    assert [T + HOUR, T + HOUR] == [known["ended_at"], later["ended_at"]]


def test_a_job_cancelled_while_pending_and_never_seen_lies_at_no_instant() -> None:
    assert managed_job(payload(**PENDING | {"status": "CANCELLED"}), held=None, now=T) is None


def test_recoveries_are_dated_as_readings_find_them() -> None:
    first = read(recovery_count=1, last_recovered_at=(T - HOUR).timestamp())
    second = read(first, recovery_count=1, last_recovered_at=(T - HOUR).timestamp())
    third = read(second, recovery_count=3, last_recovered_at=T.timestamp())
    assert [[1, "2026-03-09T23:00:00Z"], [3, "2026-03-10T00:00:00Z"]] == third["recoveries"]


def test_an_unknown_status_is_kept_in_lower_case() -> None:
    assert "levitating" == read(status="LEVITATING")["status"]


def test_a_vanished_job_ends_now_and_keeps_its_facts() -> None:
    record = vanished_job(read(), now=T + HOUR)
    assert ("5/0", T + HOUR, "vanished", {"L4": 2.0}) == (
        record.key,
        record.ends_at,
        record.data["status"],
        record.data["accelerators"],
    )


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"status": None}, "status is missing"),
        ({"job_id": "5"}, "job_id is str"),
        ({"start_at": "yesterday"}, "start_at is str"),
        ({"end_at": float("nan")}, "end_at is float"),
        ({"end_at": 1e30}, "end_at is no instant"),
        ({"accelerators": ["L4"]}, "accelerators is list"),
        ({"accelerators": {"L4": "1"}}, "L4 is str"),
        ({"recovery_count": 1.5}, "recovery_count is float"),
    ],
)
def test_what_cannot_be_read_is_named(changes: dict[str, Any], problem: str) -> None:
    with pytest.raises(ContractError, match=problem):
        managed_job(payload(**changes), held=None, now=T)


def test_a_cluster_is_a_row_of_its_day() -> None:
    day = day_of(datetime(2026, 3, 9, tzinfo=UTC).date(), UTC_ZONE)
    row = {"name": "dev", "status": "UP", "user_name": "ann", "launched_at": 1773000000}
    record = cluster(row, day=day, now=T)
    assert ("2026-03-09/dev", "up") == (record.key, record.data["status"])


@pytest.mark.parametrize(
    ("requested", "accelerators", "spot", "nodes"),
    [
        ("1x[L4:1]", {"L4": 1.0}, False, 1),
        ("2x[H100:8][Spot]", {"H100": 8.0}, True, 2),
        ("1x[L4:0.125]", {"L4": 0.125}, False, 1),
        ("1x[A100-80GB:8, H100:8]", None, False, 1),
        ("1x[L4:1][On-demand|Spot]", {"L4": 1.0}, None, 1),
        ("1x[CPU:4+]", {}, False, 1),
        ("1x[CPU:2]", {}, False, 1),
        ("-", None, None, None),
    ],
)
def test_the_requested_text_tells_what_it_can(requested: str, accelerators: Any, spot: Any, nodes: Any) -> None:
    found = (accelerators_a_node(requested), is_spot(requested, "-"), nodes_of(requested, "-"))
    assert (accelerators, spot, nodes) == found


def test_the_launched_text_outranks_the_requested_one() -> None:
    launched = "3x[spot](gpus=L4:1, g6.xlarge, ...)"
    assert (True, 3) == (is_spot("1x[L4:1][On-demand|Spot]", launched), nodes_of("1x[L4:1]", launched))

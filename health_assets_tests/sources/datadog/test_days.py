"""With the whole pipeline: a row without code is scored for today and past days, and backfilled equals live."""

import tempfile
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from random import Random
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from health_assets.model.reason import Reason
from health_assets.model.time import Day, days_ending
from health_assets.pipeline.grid import load_grid
from health_assets.pipeline.measure import measure
from health_assets.pipeline.refresh import refresh
from health_assets.pipeline.runtime import Runtime
from health_assets.sandbox import faults
from health_assets.sandbox.datadog.service import Datadog, routes
from health_assets.sandbox.datadog.world import Account
from health_assets.sandbox.server import SandboxServer
from health_assets_tests.sources.datadog.accounts import (
    DAY,
    ERRORS,
    MINUTE,
    NOW,
    SITE,
    TODAY,
    account,
    row,
    rows,
    runtime,
)

REDUCES = ("avg", "sum", "min", "max", "last")
ALL = {f"health.additional.{reduce}.fom": row("avg:app.errors{*}", reduce) for reduce in REDUCES}
START = datetime(2026, 3, 2, tzinfo=UTC)


def seen(running: Runtime, number: int = 0, *, day: str = TODAY.key):
    fom = running.project.foms_of("datadog")[number]
    return running.store.read_observation(fom.metric, scope=SITE, day=day)


@pytest.mark.parametrize(("reduce", "value"), [("avg", 4.0), ("sum", 12.0), ("min", 1.0), ("max", 9.0), ("last", 2.0)])
def test_the_points_of_a_day_become_one_value(serve, tmp_path, reduce, value):
    server = serve(account((65, 1.0), (50, 9.0), (35, 2.0)))
    with runtime(server, tmp_path / "health.db", rows("avg:app.errors{*}", reduce=reduce)) as running:
        refresh(running, days=running.days(1))
        assert (value, 3, NOW) == (seen(running).value, seen(running).samples, seen(running).as_of)


def test_the_evidence_is_what_decides_the_value(serve, tmp_path):
    server = serve(account((65, 1.0), (50, 9.0), (35, 2.0)))
    with runtime(server, tmp_path / "health.db", ALL) as running:
        refresh(running, days=running.days(1))
        foms = {fom.query.reduce.value: number for number, fom in enumerate(running.project.foms_of("datadog"))}
        labels = {reduce: seen(running, foms[reduce]).evidence[0].label for reduce in ("sum", "min", "max", "last")}
    assert {"sum": "9", "min": "1", "max": "9", "last": "2"} == labels


def test_today_and_past_days_are_scored_and_shown(serve, tmp_path):
    server = serve(account((60, 10.0), (60 * 24, 60.0)))
    with runtime(server, tmp_path / "health.db", rows()) as running:
        refresh(running, days=running.days(2))
        (shown,) = load_grid(running, days=running.days(2)).rows
    assert [0.4, 0.9] == [cell.shown.score for cell in shown.cells]
    assert ("unit", "datadog") == (shown.unit, shown.source)


def test_a_day_without_points_has_no_value(serve, tmp_path):
    with runtime(serve(account((60, 1.0))), tmp_path / "health.db", rows()) as running:
        refresh(running, days=running.days(2))
        yesterday = seen(running, day=(TODAY.date - DAY).isoformat())
    assert (None, Reason.NO_DATA) == (yesterday.value, yesterday.reason)


def test_a_refused_query_is_the_reason_of_its_grey_cell(serve, tmp_path):
    with runtime(serve(account()), tmp_path / "health.db", rows("median:app.errors{*}")) as running:
        refresh(running, days=running.days(1))
        missing = seen(running)
    assert (Reason.SOURCE_FAILED, True) == (missing.reason, "median:app.errors{*}" in missing.detail)


@pytest.mark.parametrize(
    ("zone", "day", "hours"),
    [
        ("Europe/Berlin", date(2026, 3, 29), 23),
        ("Europe/Berlin", date(2025, 10, 26), 25),
        ("Asia/Kathmandu", date(2026, 3, 10), 24),
    ],
)
def test_a_day_is_the_whole_local_day(serve, tmp_path, zone, day, hours):
    (local,) = days_ending(day, 1, ZoneInfo(zone))
    made = Account()
    quarters = (local.end - local.start) // (15 * MINUTE)
    for step in range(-4, quarters + 4):
        made.add("app.errors", at=local.start + step * 15 * MINUTE, value=1.0, tags=["service:api"])
    server = serve(made)
    server.now = local.end + DAY
    with runtime(server, tmp_path / "health.db", rows(), timezone=zone) as running:
        refresh(running, days=[local])
        assert hours * 4.0 == seen(running, day=local.key).value


def test_points_that_come_late_restate_the_day(serve, tmp_path):
    made = account((60, 1.0))
    made.add("app.errors", at=NOW - 50 * MINUTE, value=5.0, tags=["service:api"], known_at=NOW + 10 * MINUTE)
    server = serve(made)
    with runtime(server, tmp_path / "health.db", rows()) as running:
        refresh(running, days=running.days(1))
        before = seen(running).value
        server.now = NOW + 15 * MINUTE
        refresh(running, days=running.days(1))
        assert (1.0, 6.0) == (before, seen(running).value)


def test_a_failed_read_keeps_what_was_measured_and_heals_by_itself(serve, tmp_path):
    server = serve(account((60, 1.0), (-5, 1.0)))
    with runtime(server, tmp_path / "health.db", rows()) as running:
        refresh(running, days=running.days(1))
        server.faults.add(faults.bad_gateway())
        server.now = NOW + 30 * MINUTE
        refresh(running, days=running.days(1))
        assert (1.0, NOW) == (seen(running).value, seen(running).as_of)
        server.faults.clear()
        refresh(running, days=running.days(1))
        assert 2.0 == seen(running).value


def test_values_of_an_edited_query_never_pass_for_values_of_the_new_one(serve, tmp_path):
    server = serve(account((60, 1.0), (60 * 24, 3.0)))
    with runtime(server, tmp_path / "health.db", rows(ERRORS)) as running:
        refresh(running, days=running.days(2))
    edited = rows("sum:app.errors{service:other}.as_count()")
    with runtime(server, tmp_path / "health.db", edited) as running:
        assert seen(running) is None
        refresh(running, days=running.days(2))
        assert [Reason.NO_DATA] * 2 == [seen(running, day=day.key).reason for day in running.days(2)]


@st.composite
def accounts(draw: st.DrawFn) -> Account:
    """Two series with up to 40 points around the watched days; none arrives late."""
    made = Account()
    for minute, value, host in draw(
        st.lists(
            st.tuples(st.integers(-1440, 4 * 1440), st.integers(-50, 50), st.sampled_from(["host:a", "host:b"])),
            max_size=40,
        )
    ):
        made.add("app.errors", at=START + timedelta(minutes=minute), value=float(value), tags=[host])
    return made


def observations(running: Runtime, days: Sequence[Day]):
    """Everything stored about each row and day, evidence included."""
    return {(number, day.key): seen(running, number, day=day.key) for number in range(len(ALL)) for day in days}


@pytest.mark.timeout(120)
@given(made=accounts(), seed=st.integers(0, 2**16), zone=st.sampled_from(["UTC", "America/New_York", "Asia/Kathmandu"]))
@settings(
    max_examples=4,
    derandomize=True,
    deadline=None,
    # each example is days over real HTTP: a failing one is shown as it is and not made smaller
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)
def test_days_of_ticks_end_as_one_backfill_of_them(made: Account, seed: int, zone: str) -> None:
    # New York's 8 March 2026 has 23 hours
    days = days_ending(date(2026, 3, 4) if zone == "UTC" else date(2026, 3, 9), 3, ZoneInfo(zone))
    server = SandboxServer({}, now=START, services=routes(Datadog(made, lambda: server.clock())))
    random = Random(seed)
    with (
        tempfile.TemporaryDirectory() as folder,
        server,
        runtime(server, Path(folder) / "live.db", ALL, timezone=zone) as live,
        runtime(server, Path(folder) / "filled.db", ALL, timezone=zone) as filled,
    ):
        for day in days:
            for minute in sorted(random.randrange(1, 1380) for _ in range(2)):
                server.now = day.start + timedelta(minutes=minute)
                refresh(live, days=live.days(1))
            server.now = day.end + timedelta(minutes=30)
            assert () == refresh(live, days=live.days(2))["datadog"].collection.failures
        refresh(filled, days=days)
        measure(live, "datadog", days=days)
        assert observations(filled, days) == observations(live, days)

"""The demo account: 45 days of a service whose bad days are those of the calendar."""

from datetime import UTC, datetime, timedelta

import pytest

from health_assets.model.fom import Fom
from health_assets.model.time import days_ending
from health_assets.pipeline.refresh import refresh
from health_assets.sandbox.datadog.demo import DAYS, ERRORS, HITS, LATENCY, demo_account, demo_routes
from health_assets.sandbox.server import SandboxServer
from health_assets_tests.sources.datadog.accounts import ZONE, row, runtime

NOW = datetime(2026, 3, 18, 15, 20, tzinfo=UTC)
ROWS = {
    "health.additional.errors.fom": row(f"sum:{ERRORS}{{service:api}}.as_count()", "sum", points="200:1 2500:0"),
    "health.additional.latency.fom": row(f"avg:{LATENCY}{{service:api}}", "avg", points="0.2:1 0.4:0"),
}


@pytest.fixture(scope="module")
def account():
    return demo_account(now=NOW)


def test_the_service_has_45_days_behind_it(account):
    (points,) = account.series[HITS].values()
    assert DAYS == (NOW.date() - datetime.fromtimestamp(points[0].at, tz=UTC).date()).days


def test_every_sandbox_serves_the_same_past(account):
    later = demo_account(now=NOW + timedelta(days=1))
    now = int(NOW.timestamp())
    shared = {at for _, points in account.select(ERRORS, now=now) for at in points}
    again = {at for _, points in later.select(ERRORS, now=now) for at in points}
    assert again <= shared
    assert len(shared) - len(again) <= 24 * 12


def test_any_seven_days_show_good_and_bad_ones(tmp_path):
    with (
        SandboxServer({}, now=NOW, services=demo_routes(lambda: NOW)) as server,
        runtime(server, tmp_path / "health.db", ROWS) as running,
    ):
        days = days_ending(NOW.date(), 7, ZONE)
        refresh(running, days=days)
        foms: tuple[Fom, ...] = running.project.foms
        scores = running.store.read_scores(foms=[fom.name for fom in foms], days=[day.key for day in days])
    for _, found in scores.groupby("fom"):
        assert (True, True) == (found["score"].min() < 0.3, found["score"].max() >= 0.7)
        assert 7 == found["score"].notna().sum()

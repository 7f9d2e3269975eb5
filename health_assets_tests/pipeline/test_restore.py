"""Recorded metrics of past days come back from what was published to Datadog."""

from datetime import UTC, datetime, timedelta

import pytest

from health_assets.datadog.names import observation_tags
from health_assets.model.errors import Cause, ConfigError, SourceError
from health_assets.model.observation import Observation
from health_assets.model.reason import Reason
from health_assets.pipeline.measure import measure
from health_assets.pipeline.restore import restore
from health_assets.sandbox import faults
from health_assets.sandbox.datadog.service import Datadog, routes
from health_assets.sandbox.datadog.world import Account
from health_assets.sandbox.server import SandboxServer
from health_assets_tests.sources.datadog.accounts import runtime

NOW = datetime(2026, 3, 18, 15, 20, tzinfo=UTC)
DAY, SECOND = timedelta(days=1), timedelta(seconds=1)
WORKSPACE = {"name": "Acme Inc", "gid": "100", "bugs_project": "200"}
METRIC, FOM = "asana.projects.off_track", "health.additional.off_track.fom"
RECORDED = 8


@pytest.fixture
def account():
    return Account()


@pytest.fixture
def server(account):
    with SandboxServer({}, now=NOW, services=routes(Datadog(account, lambda: NOW))) as running:
        yield running


@pytest.fixture
def running(server, tmp_path):
    """A runtime with Asana and Datadog; Asana is never reached."""
    datadog = {"api_url": f"{server.url}/datadog"}
    asana = {"workspaces": [WORKSPACE], "api_url": "http://127.0.0.1:1/asana"}
    row = {"label": "Off track", "category": "Additional", "metric": METRIC, "points": "0:1 10:0"}
    sources = {"datadog": datadog, "asana": asana}
    with runtime(server, tmp_path / "health.db", {FOM: row}, sources=sources) as opened:
        yield opened


def publish(account, value, *, at, scope="Acme Inc"):
    """As the publisher does: at T, with its tags."""
    account.add(METRIC, at=at, value=value, tags=observation_tags(env="prod", source="asana", scope=scope))


def yesterday(running):
    return running.days(2)[0]


def stored(running):
    return running.store.read_observation(METRIC, scope="Acme Inc", day=yesterday(running).key)


def held(running, value, reason=None):
    return Observation(
        metric=METRIC,
        scope="Acme Inc",
        day=yesterday(running).key,
        value=value,
        reason=reason,
        detail="",
        samples=1,
        as_of=NOW - DAY,
    )


def test_the_last_point_of_the_day_comes_back_with_its_instant_and_where_it_is_from(running, account):
    day = yesterday(running)
    publish(account, 2.0, at=day.start + DAY / 2)
    publish(account, 5.0, at=day.start + DAY / 2 + timedelta(minutes=15))
    found = restore(running, days=[day])
    assert (1, RECORDED, 1) == (len(found.observations), found.missing, found.requests)
    assert (5.0, day.start + timedelta(hours=12, minutes=15)) == (stored(running).value, stored(running).as_of)
    detail = "restored from Datadog: last point of avg:asana.projects.off_track{source:asana,scope:acme_inc}"
    assert detail == stored(running).detail


def test_what_was_recorded_right_after_midnight_belongs_to_the_next_day(running, account):
    day, today = running.days(2)
    publish(account, 5.0, at=day.end - SECOND)
    publish(account, 9.0, at=today.start)
    restore(running, days=[day])
    assert 5.0 == stored(running).value


def test_what_is_restored_is_scored(running, account):
    day = yesterday(running)
    publish(account, 5.0, at=day.end - SECOND)
    restore(running, days=[day])
    assert [0.5] == running.store.read_scores(foms=[FOM], days=[day.key])["score"].tolist()


def test_a_restored_value_stays_when_the_day_is_measured_again(running, account):
    day = yesterday(running)
    measure(running, "asana", days=[day])
    assert Reason.NOT_RECONSTRUCTIBLE == stored(running).reason
    publish(account, 5.0, at=day.end - SECOND)
    restore(running, days=[day])
    measure(running, "asana", days=[day])
    assert 5.0 == stored(running).value


def test_a_stored_value_is_never_replaced(running, account):
    day = yesterday(running)
    running.store.write_observations([held(running, 3.0)])
    publish(account, 5.0, at=day.end - SECOND)
    found = restore(running, days=[day])
    assert ((), RECORDED - 1, 3.0) == (found.observations, found.missing, stored(running).value)


def test_a_missing_value_is_replaced(running, account):
    running.store.write_observations([held(running, None, Reason.NOT_COLLECTED)])
    publish(account, 5.0, at=NOW - DAY)
    restore(running, days=[yesterday(running)])
    assert 5.0 == stored(running).value


def test_what_was_not_published_on_the_day_stays_missing(running, account):
    publish(account, 5.0, at=NOW - 2 * DAY)
    publish(account, 6.0, at=NOW - DAY, scope="Other")
    assert () == restore(running, days=[yesterday(running)]).observations
    assert stored(running) is None


def test_a_dry_run_writes_nothing(running, account):
    publish(account, 5.0, at=NOW - DAY)
    assert 1 == len(restore(running, days=[yesterday(running)], store_it=False).observations)
    assert stored(running) is None


def test_today_is_left_to_its_sources(running, account, server):
    publish(account, 5.0, at=NOW - timedelta(hours=1))
    found = restore(running, days=[running.day()])
    assert (0, 0, []) == (found.missing, found.requests, server.requests)


def test_a_day_takes_one_request(running):
    assert 7 == restore(running, days=running.days(8)).requests


def test_a_failed_read_is_told_and_writes_nothing(running, account, server):
    publish(account, 5.0, at=NOW - DAY)
    server.faults.add(faults.bad_gateway())
    with pytest.raises(SourceError) as caught:
        restore(running, days=[yesterday(running)])
    assert (Cause.SERVER_ERROR, None) == (caught.value.cause, stored(running))


def test_without_a_datadog_source_the_setting_is_named(server, tmp_path):
    asana = {"workspaces": [WORKSPACE], "api_url": "http://127.0.0.1:1/asana"}
    with (
        runtime(server, tmp_path / "health.db", {}, sources={"asana": asana}) as opened,
        pytest.raises(ConfigError, match=r"sources\.datadog: is not configured"),
    ):
        restore(opened, days=opened.days(2))

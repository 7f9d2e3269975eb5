"""Fetches with the real client over real HTTP."""

import time
from datetime import UTC, datetime
from types import SimpleNamespace

import pytest

from health_assets.model.errors import Cause, ConfigError, SourceError
from health_assets.model.time import days_ending
from health_assets.pipeline.collect import fetch_within
from health_assets.sandbox import faults
from health_assets.sandbox.exchange import Reply
from health_assets_tests.sources.datadog.accounts import (
    DAY,
    ERRORS,
    MINUTE,
    NOW,
    TODAY,
    ZONE,
    Held,
    account,
    asking,
    rows,
    settings_for,
    source_for,
)

QUERY = "/datadog/api/v2/query/timeseries"
TICK = 15 * MINUTE
TEN = rows(*(f"avg:app.load{{service:s{n}}}" for n in range(10)))


def steady(*, minutes=60 * 24 * 10):
    """A point of 1 each 15 minutes of the last days."""
    return account(*((back, 1.0) for back in range(5, minutes, 15)))


@pytest.fixture
def server(serve):
    return serve(steady())


@pytest.fixture
def dead_server():
    """Nothing listens on this port."""
    return SimpleNamespace(url="http://127.0.0.1:1")


def fetch(server, held=None, *, foms=None, now=NOW, settings=None, **asked):
    """One fetch, kept in `held`; moves the server's clock to `now`."""
    kept = held or Held()
    server.now = now
    source = source_for(foms or rows())
    return kept.keep(source.fetch(settings_for(server.url, **(settings or {})), asking(kept, now=now, **asked)))


def failure(server, held=None, **asked):
    with pytest.raises(SourceError) as caught:
        fetch(server, held, **asked)
    return caught.value


def problem(status, text="Forbidden", **headers):
    return faults.replying(Reply.of_json({"errors": [text]}, status=status, headers=headers))


def test_points_come_in_quarter_hours_that_are_complete(serve):
    batch = fetch(serve(account((4, 1), (6, 2), (21, 4), (22, 8))))
    found = {record.key: record.data["value"] for record in batch.records}
    assert {"2026-03-18T14:45:00Z": 12.0} | {"2026-03-18T15:00:00Z": 2.0} == found


def test_ten_rows_over_the_whole_window_take_one_request(server):
    days = days_ending(TODAY.date, 8, ZONE)
    assert 1 == fetch(server, days=days, foms=TEN).requests == len(server.requests)


def test_a_tick_takes_at_most_two_requests(server):
    held = Held()
    fetch(server, held, days=days_ending(TODAY.date, 8, ZONE), foms=TEN)
    costs = [fetch(server, held, now=NOW + TICK * tick, foms=TEN).requests for tick in range(1, 4)]
    assert [1, 1, 1] == costs


def test_a_month_takes_as_many_requests_as_a_series_is_long(server):
    batch = fetch(server, days=days_ending(TODAY.date, 31, ZONE))
    assert (2, 31) == (batch.requests, len(batch.coverage))


def test_no_request_asks_for_more_points_than_datadog_gives(serve):
    busy = serve(account(*((minutes, 1.0) for minutes in range(5, 60 * 24 * 16, 15))))
    batch = fetch(busy, days=days_ending(TODAY.date, 16, ZONE))
    assert {15 * 60} == {(record.ends_at - record.starts_at).total_seconds() for record in batch.records}
    assert 24 * 4 * 15 == sum(record.starts_at < TODAY.start for record in batch.records)


def test_settled_days_cost_no_request(server):
    held, days = Held(), days_ending(TODAY.date - DAY, 3, ZONE)
    fetch(server, held, days=days)
    server.requests.clear()
    assert (0, [], ()) == ((again := fetch(server, held, days=days)).requests, server.requests, again.coverage)


def test_settled_days_can_be_read_again_on_demand(server):
    held, days = Held(), days_ending(TODAY.date - DAY, 1, ZONE)
    fetch(server, held, days=days)
    assert 1 == fetch(server, held, days=days, refetch=True).requests


def test_a_day_is_read_again_until_late_points_have_come(server):
    held, midnight = Held(), TODAY.end
    days = days_ending((TODAY.date + DAY), 2, ZONE)
    fetch(server, held, now=midnight + 15 * MINUTE, days=days)
    assert {TODAY.key} <= {reading.day for reading in fetch(server, held, now=midnight + TICK * 2, days=days).coverage}
    assert {TODAY.key} - {reading.day for reading in fetch(server, held, now=midnight + TICK * 3, days=days).coverage}


def test_a_new_row_finds_the_settled_days_unread(server):
    held, days = Held(), days_ending(TODAY.date - DAY, 3, ZONE)
    first, both = rows(ERRORS), rows(ERRORS, "avg:app.errors{*}")
    fetch(server, held, days=days, foms=first)
    batch = fetch(server, held, days=days, foms=both)
    assert (1, 3) == (batch.requests, len(batch.coverage))
    assert 1 == len({reading.kind for reading in batch.coverage})


def test_an_edited_query_finds_the_settled_days_unread(server):
    held, days = Held(), days_ending(TODAY.date - DAY, 3, ZONE)
    fetch(server, held, days=days, foms=rows(ERRORS))
    assert 1 == fetch(server, held, days=days, foms=rows("max:app.errors{*}")).requests


def test_without_rows_nothing_is_asked(server):
    batch = source_for({}).fetch(settings_for(server.url), asking(Held()))
    assert (0, [], ()) == (batch.requests, server.requests, batch.coverage)


def test_right_after_midnight_today_is_read_and_has_no_complete_quarter_yet(server):
    batch = fetch(server, now=TODAY.start + MINUTE)
    assert (0, [0]) == (batch.requests, [reading.fetched for reading in batch.coverage])


def test_arithmetic_of_queries_is_one_formula(serve):
    made = account((25, 5.0))
    made.add("app.hits", at=NOW - 24 * MINUTE, value=50.0, tags=["service:api"])
    query = "100 * sum:app.errors{service:api}.as_count() / sum:app.hits{service:api}.as_count()"
    (record,) = fetch(serve(made), foms=rows(query, reduce="max")).records
    assert 10.0 == record.data["value"]


def test_series_that_come_in_groups_are_refused(serve):
    made = account((25, 5.0))

    def grouped(body):
        body["data"]["attributes"]["series"] *= 2
        body["data"]["attributes"]["values"] *= 2

    server = serve(made)
    server.faults.add(faults.changed(grouped))
    found = failure(server)
    assert (Cause.BAD_PAYLOAD, True) == (found.cause, "more than one series" in found.message)
    assert "health.additional.row0.fom" in found.message


def test_a_query_that_is_refused_is_named(server):
    foms = rows(ERRORS, "median:app.errors{*}", "avg:app.errors{*}")
    found = failure(server, foms=foms)
    assert "health.additional.row1.fom: median:app.errors{*}: HTTP 400" in found.message
    assert "The value provided for parameter 'query' is invalid" in found.message
    assert "correct the query" in found.hint


def test_days_before_the_retention_are_refused_in_datadogs_words(server):
    days = days_ending(datetime(2024, 1, 5, tzinfo=UTC).date(), 1, ZONE)
    assert "Queries ending outside the retention date are invalid" in failure(server, days=days).message


@pytest.mark.parametrize(
    ("fault", "cause", "requests"),
    [
        (problem(401, "Unauthorized"), Cause.AUTHENTICATION, 1),
        (problem(403), Cause.PERMISSION, 1),
        (problem(404, "Not found"), Cause.NOT_FOUND, 1),
        (problem(429, "Too many requests"), Cause.RATE_LIMITED, 1),
        (problem(429, "Too many requests", **{"x-ratelimit-reset": "600"}), Cause.RATE_LIMITED, 1),
        (problem(500, "oops"), Cause.SERVER_ERROR, 3),
        (faults.bad_gateway(), Cause.SERVER_ERROR, 3),
        (faults.cut_json(), Cause.BAD_PAYLOAD, 1),
        (faults.replying(Reply.of_json(["no", "object"])), Cause.BAD_PAYLOAD, 1),
        (faults.replying(Reply.of_json({"data": {"attributes": {"times": []}}})), Cause.BAD_PAYLOAD, 1),
        (faults.replying(Reply.of_json({"data": {}, "errors": "half of it failed"})), Cause.BAD_PAYLOAD, 1),
        (faults.broken_connection(), Cause.UNREACHABLE, 3),
    ],
)
def test_a_lasting_trouble_is_told_with_its_cause_and_what_to_do(server, fault, cause, requests):
    server.faults.add(fault)
    found = failure(server)
    assert (cause, requests, True) == (found.cause, found.requests, bool(found.hint))
    assert "datadoghq.com: POST /api/v2/query/timeseries" in found.message


def spoilt(change):
    def spoil(body):
        change(body["data"]["attributes"])

    return faults.changed(spoil)


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (lambda body: body["values"].append([]), "1 series come with 2 lists"),
        (lambda body: body["values"][0].pop(), "does not have one value for each"),
        (lambda body: body["values"][0].__setitem__(0, "many"), "a value is many, expected a number"),
        (lambda body: body["times"].__setitem__(0, None), "a time is NoneType"),
        (lambda body: body["series"][0].update(query_index=7), "belongs to query 7 of 1"),
    ],
)
def test_an_answer_that_cannot_be_right_is_not_believed(server, change, told):
    server.faults.add(spoilt(change))
    found = failure(server)
    assert (Cause.BAD_PAYLOAD, True) == (found.cause, told in found.message)


def test_what_is_missing_in_a_series_is_no_zero(server):
    whole = fetch(server).records
    server.faults.add(spoilt(lambda body: body["values"][0].__setitem__(0, None)))
    assert whole[1:] == fetch(server).records


@pytest.mark.parametrize(
    "fault",
    [faults.bad_gateway(), faults.broken_connection(), problem(429, "Slow down", **{"x-ratelimit-reset": "0"})],
)
def test_a_passing_trouble_is_tried_again_and_counted(server, fault):
    server.faults.add(fault, path=QUERY, times=1)
    assert 2 == fetch(server).requests == len(server.requests)


def test_a_used_up_quota_says_when_it_is_free_again(serve):
    found = failure(serve(steady(), quota=0))
    assert (Cause.RATE_LIMITED, 1, True) == (found.cause, found.requests, "resets in 10 s" in found.message)


def test_a_silent_server_is_given_up(server):
    server.faults.add(faults.delayed(30))
    found = failure(server, settings={"read_timeout_seconds": 0.1})
    assert (Cause.UNREACHABLE, True) == (found.cause, "no answer in time" in found.message)


def test_a_trickling_answer_is_given_up_at_the_deadline(server):
    server.faults.add(faults.trickle(0.05))
    begun = time.monotonic()
    with pytest.raises(SourceError) as caught:
        fetch_within(source_for(rows()), settings_for(server.url), asking(Held(), seconds=0.5))
    assert (Cause.DEADLINE, True) == (caught.value.cause, time.monotonic() - begun < 5)


def test_no_request_is_sent_after_the_deadline(server):
    assert (Cause.DEADLINE, []) == (failure(server, seconds=-1.0).cause, server.requests)


def test_a_refused_connection_is_told_as_such(dead_server):
    assert "the connection was refused" in failure(dead_server).message


KEYS = {"api_key": {"env": "AN_API_KEY"}, "app_key": {"env": "AN_APP_KEY"}}


@pytest.fixture
def guarded(serve, monkeypatch):
    """An account whose application key may read no timeseries; `scopes` changes that."""
    monkeypatch.setenv("AN_API_KEY", "4p1s3cret")
    monkeypatch.setenv("AN_APP_KEY", "4pps3cret")
    made = steady()
    made.api_keys, made.app_keys = frozenset({"4p1s3cret"}), {"4pps3cret": frozenset()}
    return serve(made), made


def test_keys_are_sent_and_never_told(guarded):
    server, made = guarded
    found = failure(server, settings=KEYS)
    assert (Cause.PERMISSION, True) == (found.cause, "timeseries_query" in found.hint)
    made.app_keys = {"4pps3cret": frozenset({"timeseries_query"})}
    assert 1 == fetch(server, settings=KEYS).requests
    server.faults.add(problem(403, "4p1s3cret and 4pps3cret are not welcome"))
    told = str(failure(server, settings=KEYS))
    assert (True, False) == ("*** and *** are not welcome" in told, "s3cret" in told)


def test_keys_of_the_environment_that_are_not_configured_are_not_sent(guarded, monkeypatch):
    server, _ = guarded
    monkeypatch.setenv("DD_API_KEY", "4p1s3cret")
    assert Cause.AUTHENTICATION == failure(server).cause


def test_a_key_that_is_not_set_is_a_matter_of_configuration(server):
    with pytest.raises(ConfigError, match="A_KEY_NOBODY_SET"):
        fetch(server, settings={"api_key": {"env": "A_KEY_NOBODY_SET"}})


def diagnosed(server, foms, **settings):
    return source_for(foms).diagnose(settings_for(server.url, **settings))


def test_doctor_tells_the_key_and_each_query(server):
    checks = diagnosed(server, rows(ERRORS, "median:app.errors{*}"))
    assert [True, True, False] == [check.ok for check in checks]
    assert "row1.fom" in checks[2].name


def test_doctor_tells_which_permission_is_missing(guarded):
    server, _ = guarded
    checks = diagnosed(server, rows(), **KEYS)
    assert [True, False] == [check.ok for check in checks]
    assert "timeseries_query" in checks[1].hint


def test_doctor_says_when_the_api_key_is_wrong(guarded):
    server, _ = guarded
    (check,) = diagnosed(server, rows())
    assert (False, True) == (check.ok, "API key required" in check.detail)


def test_doctor_says_when_no_row_asks_anything(server):
    assert "no row asks a query yet" in diagnosed(server, {})[-1].detail


def test_doctor_stops_where_nothing_answers(dead_server):
    (check,) = diagnosed(dead_server, rows())
    assert (False, True) == (check.ok, bool(check.hint))

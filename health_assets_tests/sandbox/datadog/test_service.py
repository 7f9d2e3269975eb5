"""The stand-in answers as the recorded exchanges do, from the series that it holds."""

from datetime import UTC, datetime, timedelta

import httpx
import pytest

from health_assets.sandbox.datadog.service import Datadog, routes
from health_assets.sandbox.datadog.world import Account
from health_assets.sandbox.server import SandboxServer

NOW = datetime(2026, 3, 18, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


@pytest.fixture
def service():
    account = Account()
    for host, value in (("a", 1.0), ("b", 3.0)):
        for minutes in (25, 15, 5):
            account.add("load", at=NOW - minutes * MINUTE, value=value * minutes, tags=[f"host:{host}", "env:prod"])
    return Datadog(account, lambda: NOW)


@pytest.fixture
def server(service):
    with SandboxServer({}, now=NOW, services=routes(service)) as running:
        yield running


def asked(server, query="avg:load{*}", formula="q", *, hours=1.0, minutes=10, headers=None):
    attributes = {
        "from": int((NOW - timedelta(hours=hours)).timestamp() * 1000),
        "to": int(NOW.timestamp() * 1000),
        "interval": minutes * 60_000,
        "queries": [{"data_source": "metrics", "name": "q", "query": query}],
        "formulas": [{"formula": formula}],
    }
    body = {"data": {"type": "timeseries_request", "attributes": attributes}}
    return httpx.post(f"{server.url}/datadog/api/v2/query/timeseries", json=body, headers=headers)


def values(server, query="avg:load{*}", formula="q", **more):
    attributes = asked(server, query, formula, **more).json()["data"]["attributes"]
    return attributes["values"]


def test_the_answer_has_the_recorded_shape(server):
    body = asked(server).json()
    assert ({"data"}, {"id", "type", "attributes"}) == (set(body), set(body["data"]))
    assert {"series", "times", "values"} == set(body["data"]["attributes"])
    assert [{"group_tags": [], "query_index": 0, "unit": None}] == body["data"]["attributes"]["series"]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("avg:load{*}", [[50.0, 30.0, 10.0]]),
        ("sum:load{host:a}", [[25.0, 15.0, 5.0]]),
        ("max:load{env:prod,!host:b}", [[25.0, 15.0, 5.0]]),
        ("sum:load{*}.as_count()", [[100.0, 60.0, 20.0]]),
        ("max:load{*} by {host}", [[25.0, 15.0, 5.0], [75.0, 45.0, 15.0]]),
        ("sum:load{*}.rollup(max, 3600)", [[100.0]]),
        ("avg:load{host:c}", []),
        ("avg:nothing{*}", []),
    ],
)
def test_a_query_filters_puts_into_buckets_and_aggregates(server, query, expected):
    assert expected == values(server, query)


def test_a_formula_is_computed(server):
    assert [[51.0, 31.0, 11.0]] == values(server, formula="q + 1")


def test_what_is_not_known_yet_is_not_shown(server, service):
    service.account.add("late", at=NOW - 5 * MINUTE, value=1.0, known_at=NOW + MINUTE)
    assert [] == values(server, "avg:late{*}")
    service.clock = lambda: NOW + MINUTE
    assert [[1.0]] == values(server, "avg:late{*}")


def test_a_point_at_the_same_instant_takes_the_earlier_one_s_place(server, service):
    for value, known in ((1.0, NOW - 4 * MINUTE), (2.0, NOW - 3 * MINUTE)):
        service.account.add("again", at=NOW - 5 * MINUTE, value=value, known_at=known)
    assert [[2.0]] == values(server, "sum:again{*}")


def test_buckets_become_longer_where_a_series_had_too_many(server):
    assert 1 == len(values(server, hours=24 * 30, minutes=1)[0])


@pytest.mark.parametrize(
    ("query", "formula"), [("load", "q"), ("median:load{*}", "q"), ("avg:load{*}", "p"), ("avg:load{*}", "q +")]
)
def test_what_is_no_query_is_refused(server, query, formula):
    answer = asked(server, query, formula)
    assert (400, {"errors": ["The value provided for parameter 'query' is invalid"]}) == (
        answer.status_code,
        answer.json(),
    )


def test_a_body_that_is_no_request_is_refused(server):
    assert 400 == httpx.post(f"{server.url}/datadog/api/v2/query/timeseries", content=b"{").status_code


def test_keys_and_scopes_decide(server, service):
    service.account.api_keys = frozenset({"api"})
    service.account.app_keys = {"reader": frozenset({"timeseries_query"}), "writer": frozenset({"dashboards_write"})}
    keys = [("api", "reader"), ("api", "writer"), ("api", "nobody"), ("other", "reader")]
    sent = [{"dd-api-key": api, "dd-application-key": app} for api, app in keys]
    assert [200, 403, 403, 401] == [asked(server, headers=headers).status_code for headers in sent]


def test_validate_answers_as_recorded(server, service):
    address = f"{server.url}/datadog/api/v1/validate"
    assert {"valid": True} == httpx.get(address).json()
    service.account.api_keys = frozenset({"api"})
    refused = httpx.get(address)
    assert (403, {"errors": ["API key required"]}) == (refused.status_code, refused.json())


def test_a_quota_ends_with_429_and_the_seconds_until_it_is_free(server, service):
    service.quota = 1
    first, second = asked(server), asked(server)
    assert (200, 429, "10") == (first.status_code, second.status_code, second.headers["x-ratelimit-reset"])

"""Each fault as a client sees it."""

import json
import time

import httpx
import pytest

from health_assets.sandbox import faults
from health_assets_tests.sandbox.small import NAME, graphql, runs_of

RUNS = f"/repos/{NAME}/actions/runs"


@pytest.mark.parametrize(
    ("fault", "status", "headers"),
    [
        (faults.unauthorized(), 401, {}),
        (faults.not_found(), 404, {}),
        (faults.quota_exhausted(), 403, {"x-ratelimit-remaining": "0"}),
        (faults.secondary_limit(7), 403, {"retry-after": "7"}),
        (faults.too_many_requests(9), 429, {"retry-after": "9"}),
        (faults.bad_gateway(), 502, {"content-type": "text/html"}),
    ],
)
def test_a_refusal_has_its_status_and_headers(server, client, fault, status, headers):
    server.faults.add(fault)
    answer = client.get(RUNS)
    assert status == answer.status_code
    assert headers == {name: answer.headers[name] for name in headers}


def test_a_429_can_come_without_retry_after(server, client):
    server.faults.add(faults.too_many_requests())
    assert "retry-after" not in client.get(RUNS).headers


def test_graphql_tells_its_rate_limit_with_http_200(server, client):
    server.faults.add(faults.graphql_rate_limited(), path="/graphql")
    assert "RATE_LIMITED" == graphql(client, "{viewer{login}}")["errors"][0]["type"]


def test_partial_data_comes_with_an_error(server, client):
    server.faults.add(faults.graphql_partial(), path="/graphql")
    body = graphql(client, "{viewer{login}}")
    assert ({"viewer": {"login": "sandbox"}}, 1) == (body["data"], len(body["errors"]))


def test_cut_json_is_a_complete_answer_that_cannot_be_read(server, client):
    server.faults.add(faults.cut_json())
    answer = client.get(RUNS)
    assert int(answer.headers["content-length"]) == len(answer.content)
    with pytest.raises(json.JSONDecodeError):
        answer.json()


def test_a_broken_connection_ends_in_the_middle_of_the_body(server, client):
    server.faults.add(faults.broken_connection())
    with pytest.raises(httpx.RemoteProtocolError):
        client.get(RUNS)


def test_a_page_can_be_missing_in_the_middle(server, client):
    server.faults.add(faults.empty_page(), path="/actions/runs", when=faults.page_is(2))
    pages = [runs_of(client, per_page=1, page=page) for page in (1, 2)]
    assert [1, 0] == [len(page["workflow_runs"]) for page in pages]
    assert [2, 2] == [page["total_count"] for page in pages]


def test_a_page_of_graphql_can_be_missing_too(server, client):
    server.faults.add(faults.empty_page(), path="/graphql")
    body = graphql(client, '{repository(owner:"acme",name:"rocket"){issues(first:5){totalCount nodes{number}}}}')
    assert {"totalCount": 1, "nodes": []} == body["data"]["repository"]["issues"]


def test_a_trickling_body_outlives_the_read_timeout(server, client):
    server.faults.add(faults.trickle(0.02))
    received, begun = b"", time.monotonic()
    with client.stream("GET", RUNS, timeout=0.5) as answer:
        for chunk in answer.iter_raw():
            received += chunk
            if time.monotonic() - begun > 0.6:
                break
    assert 3 < len(received) < 100


def test_a_delay_is_longer_than_an_impatient_client(server, client):
    server.faults.add(faults.delayed(5))
    with pytest.raises(httpx.ReadTimeout):
        client.get(RUNS, timeout=0.1)


def test_a_delay_can_lead_to_another_fault(server, client):
    server.faults.add(faults.delayed(0.01, faults.not_found()))
    assert 404 == client.get(RUNS).status_code


def test_a_fault_strikes_the_requests_it_is_meant_for(server, client):
    server.faults.add(faults.bad_gateway(), path="/actions/runs", first=2, times=1)
    statuses = [client.get(path).status_code for path in (RUNS, f"/repos/{NAME}", RUNS, RUNS)]
    assert [200, 200, 502, 200] == statuses


def test_a_fault_can_be_meant_for_one_operation(server, client):
    server.faults.add(faults.graphql_rate_limited(), operation="Pulls")
    answers = [graphql(client, query) for query in ("query Pulls{viewer{login}}", "query Issues{viewer{login}}")]
    assert [True, False] == ["errors" in answer for answer in answers]


def test_cleared_faults_strike_no_more(server, client):
    server.faults.add(faults.bad_gateway())
    server.faults.clear()
    assert 200 == client.get(RUNS).status_code

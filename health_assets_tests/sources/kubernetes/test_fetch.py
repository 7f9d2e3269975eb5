"""Fetches with the real client over real HTTP."""

import time
from datetime import timedelta
from types import SimpleNamespace

import pytest

from health_assets.model.errors import Cause, ConfigError, SourceError
from health_assets.model.time import days_ending
from health_assets.pipeline.collect import fetch_within
from health_assets.sandbox import faults
from health_assets.sandbox.exchange import Reply
from health_assets.sandbox.kubernetes.service import problem
from health_assets.sandbox.kubernetes.world import Cluster, Container, Deployment
from health_assets.sources.kubernetes import SOURCE
from health_assets_tests.sources.kubernetes.clusters import (
    LONG_AGO,
    NOW,
    TODAY,
    ZONE,
    asking,
    measured,
    pod,
    settings_for,
)

PODS = "/api/v1/pods"
METRICS = "/metrics.k8s.io/"
USAGE = [f"resources.{name}" for name in ("cpu_waste_cores", "memory_waste_gb", "overallocated_pods")]


def busy(count=25):
    return Cluster(
        pods=[pod(f"p{number}", Container(cpu="1", cores=0.5, mebibytes=100)) for number in range(count)],
        deployments=[Deployment(namespace="prod", name="d", created_at=LONG_AGO)],
    )


@pytest.fixture
def server(serve):
    return serve(busy())


@pytest.fixture
def dead_server():
    """Nothing listens on this port."""
    return SimpleNamespace(url="http://127.0.0.1:1")


def fetch(server, *, seconds=30.0, **changes):
    return SOURCE.fetch(settings_for(server.url, **changes), asking(seconds=seconds))


def failure(server, **changes):
    with pytest.raises(SourceError) as caught:
        fetch(server, **changes)
    return caught.value


def coverage(batch):
    return {held.kind: held for held in batch.coverage}


def test_everything_is_read_in_pages(server):
    batch = fetch(server, page_size=10)
    assert {"pods": 25, "pod_usage": 25, "deployments": 1} == {
        kind: held.fetched for kind, held in coverage(batch).items()
    }
    assert (3 + 1 + 1, len(server.requests)) == (batch.requests, batch.requests)


def test_a_tick_of_1500_pods_takes_at_most_6_requests(fetched):
    batch = fetched(busy(1500))
    assert batch.requests <= 6
    assert 1500 == coverage(batch)["pod_usage"].fetched


def test_a_batch_replaces_the_snapshots_of_today(server):
    batch = fetch(server)
    assert {"pods": TODAY.key, "pod_usage": TODAY.key, "deployments": TODAY.key} == batch.snapshots
    assert {(TODAY.key, NOW, False)} == {(held.day, held.captured_at, held.truncated) for held in batch.coverage}


def test_a_past_day_costs_no_request_and_claims_nothing(server):
    days = days_ending(TODAY.date - timedelta(days=1), 3, ZONE)
    batch = SOURCE.fetch(settings_for(server.url), asking(days=days))
    assert ((), (), {}, []) == (batch.records, batch.coverage, batch.snapshots, server.requests)


def test_pods_are_listed_as_of_the_clock(fetched):
    gone = pod("gone", deleted_at=NOW)
    coming = pod("coming", created_at=NOW + timedelta(seconds=1))
    batch = fetched(Cluster(pods=[gone, coming, pod("here")]))
    assert ["here"] == [record.data["name"] for record in batch.records if record.kind == "pods"]


def expired():
    return faults.replying(Reply.of_json(problem(410, "The provided continue parameter is too old"), status=410))


def continued(entry):
    return "continue=" in entry.query


def test_a_listing_that_expires_is_begun_again_once(server):
    server.faults.add(expired(), path=PODS, when=continued, times=1)
    batch = fetch(server, page_size=10)
    assert (25, 2 + 3 + 2) == (coverage(batch)["pods"].fetched, batch.requests)


def test_a_listing_that_expires_again_fails_and_is_not_patched_together(server):
    server.faults.add(expired(), path=PODS, when=continued)
    found = failure(server, page_size=10)
    assert (Cause.INCOMPLETE, 4) == (found.cause, found.requests)


def test_a_page_that_comes_empty_is_not_a_smaller_cluster(server):
    server.faults.add(faults.empty_page(), path=PODS, first=2, times=1)
    found = failure(server, page_size=10)
    assert (Cause.INCOMPLETE, True) == (found.cause, "15 of 25 objects" in found.message)


def test_a_cluster_without_any_pod_is_not_believed(server):
    server.faults.add(faults.empty_page(), path=PODS)
    found = failure(server)
    assert (Cause.INCOMPLETE, True) == (found.cause, "not a single pod" in found.message)


def test_a_missing_page_fails_the_whole_cluster(server):
    server.faults.add(faults.refused(500, "etcd"), path=PODS, first=2)
    assert Cause.SERVER_ERROR == failure(server, page_size=10).cause


@pytest.mark.parametrize(
    ("fault", "cause", "requests"),
    [
        (faults.replying(Reply.of_json(problem(401, "Unauthorized"), status=401)), Cause.AUTHENTICATION, 1),
        (faults.replying(Reply.of_json(problem(403, "pods is forbidden"), status=403)), Cause.PERMISSION, 1),
        (faults.not_found(), Cause.NOT_FOUND, 1),
        (faults.too_many_requests(), Cause.RATE_LIMITED, 1),
        (faults.too_many_requests(retry_after=600), Cause.RATE_LIMITED, 1),
        (faults.refused(500, "oops"), Cause.SERVER_ERROR, 3),
        (faults.bad_gateway(), Cause.SERVER_ERROR, 3),
        (faults.cut_json(), Cause.BAD_PAYLOAD, 1),
        (faults.replying(Reply.of_json(["no", "object"])), Cause.BAD_PAYLOAD, 1),
        (faults.replying(Reply.of_json({"kind": "PodList"})), Cause.BAD_PAYLOAD, 1),
        (faults.broken_connection(), Cause.UNREACHABLE, 3),
    ],
)
def test_a_lasting_trouble_is_told_with_its_cause_and_what_to_do(server, fault, cause, requests):
    server.faults.add(fault, path=PODS)
    found = failure(server)
    assert (cause, requests, True) == (found.cause, found.requests, bool(found.hint))
    assert "prod: GET /api/v1/pods" in found.message


@pytest.mark.parametrize("fault", [faults.bad_gateway(), faults.broken_connection(), faults.too_many_requests(0)])
def test_a_passing_trouble_is_tried_again_and_counted(server, fault):
    server.faults.add(fault, path=PODS, times=1)
    assert 4 == fetch(server).requests


def test_a_silent_server_is_given_up(server):
    server.faults.add(faults.delayed(30))
    found = failure(server, read_timeout_seconds=0.1)
    assert (Cause.UNREACHABLE, True) == (found.cause, "no answer in time" in found.message)


def test_no_request_is_sent_after_the_deadline(server):
    assert (Cause.DEADLINE, []) == (failure(server, seconds=-1.0).cause, server.requests)


def test_a_refused_connection_is_told_as_such(dead_server):
    assert "the connection was refused" in failure(dead_server).message


@pytest.mark.parametrize(
    "fault",
    [faults.not_found(), faults.refused(503, "the server is currently unable"), faults.refused(403, "forbidden")],
)
def test_without_usage_only_what_needs_it_is_missing(server, fault):
    server.faults.add(fault, path=METRICS)
    batch = fetch(server)
    held = coverage(batch)
    assert (True, False, False) == tuple(held[kind].truncated for kind in ("pod_usage", "pods", "deployments"))
    assert "metrics-server" in held["pod_usage"].detail


def test_a_cluster_without_metrics_server_is_read(fetched):
    batch = fetched(Cluster(pods=[pod("a")], usage_served=False))
    assert (1, True) == (measured("pods.failed", batch.records).samples, coverage(batch)["pod_usage"].truncated)


def test_usage_of_no_pod_at_all_is_not_an_idle_cluster(server):
    server.faults.add(faults.empty_page(), path=METRICS)
    assert "nothing of 25 of 25 running pods" in coverage(fetch(server))["pod_usage"].detail


def test_a_few_pods_without_usage_do_not_hide_the_others(fetched):
    young = [pod(f"new{number}", created_at=NOW - timedelta(minutes=1), has_usage=False) for number in range(9)]
    old = [pod(f"old{number}", has_usage=number > 0) for number in range(10)]
    held = coverage(fetched(Cluster(pods=young + old)))["pod_usage"]
    assert (9, False) == (held.fetched, held.truncated)


def test_a_pod_that_cannot_be_read_is_named_and_the_others_stay(server):
    def spoil(body):
        del body["items"][0]["status"]["phase"]
        body["items"][1] = "what"

    server.faults.add(faults.changed(spoil), path=PODS)
    batch = fetch(server)
    problems = [(lost.kind, lost.key, lost.problem) for lost in batch.rejections]
    assert ("pods", "prod/p0", "phase is missing") in problems
    assert ("pods", "?", "is str, expected an object") in problems
    assert 23 == coverage(batch)["pods"].fetched


def test_a_token_is_sent_and_never_told(serve, monkeypatch):
    monkeypatch.setenv("A_TOKEN", "t0ps3cret")
    known = {"cluster": {"token": {"env": "A_TOKEN"}}}
    server = serve(busy(), token="t0ps3cret")
    assert Cause.AUTHENTICATION == failure(server).cause
    assert 3 == fetch(server, **known).requests
    server.faults.add(faults.refused(403, "t0ps3cret may not list pods"))
    told = str(failure(server, **known))
    assert (True, False) == ("*** may not list" in told, "t0ps3cret" in told)


def test_a_token_that_is_not_set_is_a_matter_of_configuration(server):
    with pytest.raises(ConfigError, match="A_TOKEN_NOBODY_SET"):
        fetch(server, cluster={"token": {"env": "A_TOKEN_NOBODY_SET"}})


KUBECONFIG = """
apiVersion: v1
kind: Config
current-context: other
contexts:
- {name: prod, context: {cluster: one, user: me}}
- {name: other, context: {cluster: none, user: me}}
clusters:
- {name: one, cluster: {server: "%s/kubernetes"}}
- {name: none, cluster: {server: "http://127.0.0.1:1"}}
users:
- {name: me, user: {token: t0ps3cret}}
"""


def by_kubeconfig(path, **changes):
    return {"cluster": {"api_url": None, "kubeconfig": str(path), **changes}}


def test_a_kubeconfig_and_its_context_lead_to_the_cluster(serve, tmp_path):
    server = serve(busy(), token="t0ps3cret")
    file = tmp_path / "kubeconfig"
    file.write_text(KUBECONFIG % server.url)
    assert 3 == fetch(server, **by_kubeconfig(file, context="prod")).requests


@pytest.mark.parametrize(
    "way",
    [{"kubeconfig": "nowhere"}, {"kubeconfig": None, "context": "nowhere"}, {"kubeconfig": None, "in_cluster": True}],
)
def test_a_way_that_leads_nowhere_is_told_without_a_request(server, way, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    found = failure(server, cluster={"api_url": None, **way})
    assert (Cause.NOT_FOUND, []) == (found.cause, server.requests)


def test_a_kubeconfig_that_is_no_yaml_is_told_without_showing_it(server, tmp_path):
    file = tmp_path / "kubeconfig"
    file.write_text("users: [t0ps3cret")
    told = failure(server, **by_kubeconfig(file)).message
    assert (True, False) == ("no YAML" in told, "t0ps3cret" in told)


def test_doctor_tells_what_works_and_what_does_not(server):
    server.faults.add(faults.not_found(), path=METRICS)
    checks = SOURCE.diagnose(settings_for(server.url))
    assert [True, True, True, False] == [check.ok for check in checks]
    assert "25 pods" in checks[1].detail


def test_doctor_stops_at_a_cluster_that_cannot_be_reached(dead_server):
    (check,) = SOURCE.diagnose(settings_for(dead_server.url))
    assert (False, True) == (check.ok, bool(check.hint))


def test_a_trickling_answer_is_given_up_at_the_deadline(server):
    server.faults.add(faults.trickle(0.05), path=PODS)
    begun = time.monotonic()
    with pytest.raises(SourceError) as caught:
        fetch_within(SOURCE, settings_for(server.url), asking(seconds=0.5))
    assert (Cause.DEADLINE, True) == (caught.value.cause, time.monotonic() - begun < 5)

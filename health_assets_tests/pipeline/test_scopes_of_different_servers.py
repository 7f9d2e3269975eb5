"""A cluster that is down says nothing of another cluster; a server that is down says all of its scopes."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Barrier

import pytest

from health_assets.model.errors import SOURCE_WIDE, Cause, SourceError
from health_assets.model.record import Batch
from health_assets.model.source import FetchRequest, Source
from health_assets.pipeline.collect import Fetched, fetch_source
from health_assets.sandbox.kubernetes.service import Kubernetes, routes
from health_assets.sandbox.kubernetes.world import Cluster, Container, Pod
from health_assets.sandbox.server import SandboxServer
from health_assets.sources import kubernetes
from health_assets.sources.registry import SOURCES
from health_assets_tests.worlds import runtime_for

NOW = datetime(2026, 3, 10, 12, tzinfo=UTC)
NOWHERE = "http://127.0.0.1:9"


class AnySettings:
    deadline_seconds = 30.0


def empty(_: object, request: FetchRequest) -> Batch:
    request.meter.count(f"GET /{request.scope}")
    return Batch(scope=request.scope, records=(), coverage=(), requests=1)


def failing_first(cause: Cause) -> Callable[[object, FetchRequest], Batch]:
    def fetch(settings: object, request: FetchRequest) -> Batch:
        if request.scope == "first":
            raise SourceError("first: closed", cause=cause)
        return empty(settings, request)

    return fetch


def fetched(
    folder: Path, fetch: Callable[[object, FetchRequest], Batch], *, scopes_share_a_server: bool = False
) -> Fetched:
    """One fetch of a source with the scopes first, second and third."""
    source = Source(
        name="many",
        title="Many",
        description="",
        kinds=(),
        families=(),
        settings=AnySettings,
        scopes=lambda _: ["first", "second", "third"],
        fetch=fetch,
        diagnose=lambda _: [],
        scopes_share_a_server=scopes_share_a_server,
    )
    with runtime_for(NOWHERE, store=folder / "health.db", clock=lambda: NOW) as runtime:
        project = replace(runtime.project, sources={"many": (source, AnySettings())}, foms=())
        return fetch_source(replace(runtime, project=project), "many", days=[runtime.day()])


@pytest.mark.parametrize("cause", sorted(Cause))
def test_the_failure_of_one_server_leaves_the_others_to_be_read(tmp_path: Path, cause: Cause) -> None:
    found = fetched(tmp_path, failing_first(cause))
    assert [("first", cause.value, "first: closed")] == list(found.failures)
    assert ["second", "third"] == list(found.batches)


@pytest.mark.parametrize("cause", sorted(SOURCE_WIDE))
def test_the_scopes_of_a_closed_server_are_not_tried(tmp_path: Path, cause: Cause) -> None:
    found = fetched(tmp_path, failing_first(cause), scopes_share_a_server=True)
    assert 0 == found.requests
    assert ["first: closed", "not tried: first: closed", "not tried: first: closed"] == [
        message for _, _, message in found.failures
    ]


def test_a_missing_permission_closes_one_scope_only(tmp_path: Path) -> None:
    found = fetched(tmp_path, failing_first(Cause.PERMISSION), scopes_share_a_server=True)
    assert ["second", "third"] == list(found.batches)


def test_different_servers_are_waited_for_together(tmp_path: Path) -> None:
    met = Barrier(3, timeout=20)

    def fetch(settings: object, request: FetchRequest) -> Batch:
        met.wait()
        return empty(settings, request)

    found = fetched(tmp_path, fetch)
    assert ["first", "second", "third"] == list(found.batches)
    assert {"GET /first": 1, "GET /second": 1, "GET /third": 1} == found.sent
    assert 3 == found.requests


def test_a_cluster_that_refuses_connections_costs_the_other_nothing(tmp_path: Path) -> None:
    pod = Pod(namespace="prod", name="web", created_at=NOW - timedelta(days=1), containers=(Container(),))
    service = Kubernetes(Cluster(pods=[pod]), lambda: NOW)
    with (
        SandboxServer({}, now=NOW, services=routes(service)) as server,
        runtime_for(NOWHERE, store=tmp_path / "health.db", clock=lambda: NOW) as runtime,
    ):
        clusters = [{"name": "down", "api_url": NOWHERE}, {"name": "up", "api_url": f"{server.url}/kubernetes"}]
        settings = kubernetes.Settings.model_validate({"clusters": clusters})
        project = replace(runtime.project, sources={"kubernetes": (kubernetes.SOURCE, settings)}, foms=())
        found = fetch_source(replace(runtime, project=project), "kubernetes", days=[runtime.day()])
    assert [("down", "unreachable")] == [(scope, cause) for scope, cause, _ in found.failures]
    assert {"up"} == set(found.batches)


def test_clusters_and_regions_are_servers_of_their_own() -> None:
    assert {"ec2", "kubernetes"} == {name for name, source in SOURCES.items() if not source.scopes_share_a_server}

"""What is stored of the days, with the whole pipeline: what was not recorded on a day stays missing."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

from health_assets.config import Config
from health_assets.config import Settings as ProjectSettings
from health_assets.model.reason import Reason
from health_assets.pipeline.refresh import refresh
from health_assets.pipeline.runtime import Project, Runtime
from health_assets.sandbox import faults
from health_assets.sandbox.kubernetes.world import Cluster, Container
from health_assets.sandbox.server import SandboxServer
from health_assets.sources.kubernetes import SOURCE
from health_assets.store.store import Store
from health_assets_tests.sources.kubernetes.clusters import METRICS, NOW, TODAY, pod, settings_for

CLUSTER = Cluster(
    pods=[
        pod("steady", Container(cpu="1", memory="1Gi", cores=0.5)),
        pod("broken", phase="Failed", deleted_at=NOW),
    ]
)


@contextmanager
def runtime(server: SandboxServer, folder: Path) -> Iterator[Runtime]:
    settings = ProjectSettings(store=f"sqlite:///{folder}/health.db")
    project = Project(
        config=Config(settings=settings, origin="test", sandbox=False),
        sources={"kubernetes": (SOURCE, settings_for(server.url))},
        foms=(),
    )
    with Store.open(settings.store) as store:
        yield Runtime(project=project, store=store, clock=server.clock)


def seen(running: Runtime, name: str, *, day: str = TODAY.key):
    return running.store.read_observation(f"k8s.{name}", scope="prod", day=day)


def test_a_past_day_that_was_not_recorded_cannot_be_reconstructed(serve, tmp_path):
    server = serve(CLUSTER)
    with runtime(server, tmp_path) as running:
        refresh(running, days=running.days(2))
        yesterday = (TODAY.date - timedelta(days=1)).isoformat()
        assert {Reason.NOT_RECONSTRUCTIBLE} == {
            seen(running, name.removeprefix("k8s."), day=yesterday).reason for name in METRICS
        }
        assert [] == [name for name in METRICS if seen(running, name.removeprefix("k8s.")).reason]


def test_the_last_reading_of_a_day_stays_as_it_was(serve, tmp_path):
    server = serve(CLUSTER)
    with runtime(server, tmp_path) as running:
        server.now = NOW - timedelta(minutes=1)
        refresh(running, days=running.days(1))
        server.now = NOW + timedelta(days=1)
        refresh(running, days=running.days(2))
        tomorrow = (TODAY.date + timedelta(days=1)).isoformat()
        assert (1, 0) == (seen(running, "pods.failed").value, seen(running, "pods.failed", day=tomorrow).value)


def test_a_later_reading_of_the_day_replaces_the_earlier_one(serve, tmp_path):
    server = serve(CLUSTER)
    with runtime(server, tmp_path) as running:
        for minutes in (-1, 0):
            server.now = NOW + timedelta(minutes=minutes)
            refresh(running, days=running.days(1))
        assert (0, NOW) == (seen(running, "pods.failed").value, seen(running, "pods.failed").as_of)


def test_without_metrics_server_usage_is_missing_with_its_reason(serve, tmp_path):
    server = serve(CLUSTER)
    with runtime(server, tmp_path) as running:
        server.faults.add(faults.not_found(), path="/metrics.k8s.io/")
        refresh(running, days=running.days(1))
        found = seen(running, "resources.cpu_efficiency_pct")
        assert (None, Reason.TRUNCATED) == (found.value, found.reason)
        assert "metrics-server" in found.detail
        assert 0 == seen(running, "pods.crash_looping").value


def test_a_failed_read_keeps_what_was_measured_earlier_in_the_day(serve, tmp_path):
    server = serve(CLUSTER)
    with runtime(server, tmp_path) as running:
        refresh(running, days=running.days(1))
        server.faults.add(faults.bad_gateway())
        server.now = NOW + timedelta(hours=1)
        collected = refresh(running, days=running.days(1))["kubernetes"].collection
        assert ("prod", "server_error") == collected.failures[0][:2]
        assert (50.0, NOW) == (
            seen(running, "resources.cpu_efficiency_pct").value,
            seen(running, "resources.cpu_efficiency_pct").as_of,
        )

from datetime import UTC, datetime, timedelta

import pytest

from health_assets.model.metric import History
from health_assets.model.reason import Reason
from health_assets.model.time import day_at
from health_assets.sandbox.kubernetes.world import Cluster, Container, Deployment
from health_assets.sources.kubernetes.client import in_units
from health_assets.sources.kubernetes.records import deployment, keyed, pod_usage
from health_assets.sources.kubernetes.records import pod as pod_record
from health_assets_tests.sources.kubernetes.clusters import (
    LONG_AGO,
    METRICS,
    NOW,
    TODAY,
    ZONE,
    measured,
    pod,
    recorded,
)

WASTE = ("resources.cpu_waste_cores", "resources.memory_waste_gb")
SPECIFIED = {
    "k8s.resources.cpu_waste_cores": "core",
    "k8s.resources.memory_waste_gb": "gibibyte",
    "k8s.resources.cpu_efficiency_pct": "percent",
    "k8s.resources.memory_efficiency_pct": "percent",
    "k8s.resources.overallocated_pods": "pod",
    "k8s.pods.crash_looping": "pod",
    "k8s.pods.failed": "pod",
    "k8s.pods.pending": "pod",
    "k8s.pods.oomkilled_24h": "pod",
    "k8s.pods.high_restarts": "pod",
    "k8s.pods.image_pull_errors": "pod",
    "k8s.pods.idle_count": "pod",
    "k8s.pods.low_cpu_usage": "pod",
    "k8s.pods.low_memory_usage": "pod",
    "k8s.deployments.zero_replicas": "deployment",
}


@pytest.fixture
def values(fetched):
    """Values of metrics of a cluster, over HTTP."""

    def values(names, *pods, cluster=None):
        records = fetched(cluster or Cluster(pods=pods)).records
        return tuple(measured(name, records).value for name in names)

    return values


def test_exactly_the_specified_metrics_are_declared():
    assert {name: metric.unit for name, metric in METRICS.items()} == SPECIFIED


def test_nothing_can_be_reconstructed_and_everything_is_defined():
    assert {History.RECORDED} == {metric.history for metric in METRICS.values()}
    assert [] == [name for name, metric in METRICS.items() if not metric.definition.endswith(".")]


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("pods.crash_looping", 2),
        ("pods.failed", 3),
        ("pods.pending", 8),
        ("pods.high_restarts", 24),
        ("pods.image_pull_errors", 1),
        ("pods.oomkilled_24h", 1),
    ],
)
def test_recorded_pods_measure_as_they_were(name, expected):
    at = datetime(2023, 7, 12, 4, tzinfo=UTC)
    day = day_at(at, ZONE)
    payloads = recorded("openshift_pods.jsonl") + recorded("troubled_pods.jsonl")
    assert expected == measured(name, [pod_record(keyed(payload), day=day) for payload in payloads], at=at).value


def test_recorded_use_of_a_gke_cluster_sums_up():
    payloads = [keyed(item) for item in recorded("gke_podmetrics.jsonl")]
    listed = {item["key"]: {"status": {"phase": "Running"}, "spec": {}} for item in payloads}
    found = [pod_usage(item, day=TODAY, pods=listed, units=in_units) for item in payloads]
    used = [(record.data["cpu_used"], record.data["memory_used"]) for record in found if record is not None]
    assert (0.0621, 192.5) == (
        round(sum(cpu for cpu, _ in used), 4),
        round(sum(memory for _, memory in used) / 1024**2, 1),
    )


def test_recorded_deployments_are_all_scaled_up():
    records = [deployment(keyed(item), day=TODAY) for item in recorded("gke_deployments.jsonl")]
    found = measured("deployments.zero_replicas", records)
    assert (0, 7) == (found.value, found.samples)


def test_waste_is_what_is_requested_and_not_used_and_never_less_than_nothing(values):
    wasting = pod("a", Container(cpu="2", memory="3Gi", cores=0.5, mebibytes=1024))
    greedy = pod("b", Container(cpu="100m", memory="1Gi", cores=4, mebibytes=9000))
    modest = pod("c", Container(cores=1, mebibytes=100))
    assert (1.5, 2.0) == values(WASTE, wasting, greedy, modest)


def test_efficiency_is_of_the_pods_that_request_something(values):
    asking = pod("a", Container(cpu="2", memory="1Gi", cores=0.5, mebibytes=512))
    modest = pod("b", Container(cores=7, mebibytes=7000))
    names = ("resources.cpu_efficiency_pct", "resources.memory_efficiency_pct")
    assert (25.0, 50.0) == values(names, asking, modest)


def test_efficiency_of_nothing_is_missing(fetched):
    found = measured("resources.cpu_efficiency_pct", fetched(Cluster(pods=[pod("a", Container(cores=1))])).records)
    assert (None, Reason.NO_DATA) == (found.value, found.reason)


def test_a_pod_that_wastes_both_resources_is_overallocated_once(values):
    both = pod("a", Container(cpu="1", memory="1Gi", cores=0.19, mebibytes=100))
    memory_only = pod("b", Container(cpu="1", memory="1Gi", cores=0.9, mebibytes=100))
    at_the_limit = pod("c", Container(cpu="1", cores=0.2, mebibytes=1))
    assert (2,) == values(["resources.overallocated_pods"], both, memory_only, at_the_limit)


def test_light_pods_are_running_and_below_every_limit(values):
    idle = pod("a", Container(cores=0.0005, mebibytes=5))
    small = pod("b", Container(cores=0.005, mebibytes=20))
    large = pod("c", Container(cores=0.0005, mebibytes=500))
    names = ("pods.idle_count", "pods.low_cpu_usage", "pods.low_memory_usage")
    assert (1, 3, 2) == values(names, idle, small, large)


def test_an_end_for_want_of_memory_counts_for_24_hours(fetched):
    inside = Container(oom_killed_at=NOW - timedelta(hours=23, minutes=59))
    outside = Container(oom_killed_at=NOW - timedelta(hours=24))
    found = measured("pods.oomkilled_24h", fetched(Cluster(pods=[pod("a", inside), pod("b", outside)])).records)
    assert (1, ["prod/a"]) == (found.value, [piece.label for piece in found.evidence])


def test_five_restarts_are_not_many_and_six_are(values):
    assert (1,) == values(["pods.high_restarts"], pod("a", Container(restarts=5)), pod("b", Container(restarts=6)))


def test_an_init_container_can_crash_loop(values):
    broken = Container(name="init", waiting="CrashLoopBackOff", is_init=True)
    assert (1,) == values(["pods.crash_looping"], pod("a", broken, Container(), phase="Pending"))


def test_deployments_scaled_to_nothing_are_counted(values):
    scaled = [Deployment(namespace="prod", name=f"d{n}", created_at=LONG_AGO, replicas=n) for n in range(3)]
    assert (1,) == values(["deployments.zero_replicas"], cluster=Cluster(pods=[pod("a")], deployments=scaled))


def test_counts_over_nothing_are_zero():
    counts = {name for name, unit in SPECIFIED.items() if unit != "percent"}
    assert {0} == {measured(name.removeprefix("k8s."), []).value for name in counts}


def test_rows_of_other_days_are_not_measured(fetched):
    records = fetched(Cluster(pods=[pod("a", phase="Failed")])).records
    assert 0 == measured("pods.failed", records, at=NOW + timedelta(days=1)).value

from datetime import datetime

import pytest

from health_assets.model.errors import ContractError
from health_assets.sources.kubernetes.client import in_units
from health_assets.sources.kubernetes.records import KINDS, deployment, keyed, pod, pod_usage
from health_assets_tests.sources.kubernetes.clusters import TODAY, recorded

CREATED = "2026-03-01T00:00:00Z"


def listed(*, spec=None, **status):
    about = {"namespace": "prod", "name": "a", "creationTimestamp": CREATED}
    return keyed({"metadata": about, "spec": spec or {}, "status": {"phase": "Running", **status}})


def usage_of(spec, *, cpu="1m", memory="1Ki"):
    used = keyed(
        {"metadata": {"namespace": "prod", "name": "a"}, "containers": [{"usage": {"cpu": cpu, "memory": memory}}]}
    )
    return pod_usage(used, day=TODAY, pods={"prod/a": listed(spec=spec)}, units=in_units)


def asks(**requests):
    return {"resources": {"requests": requests}}


@pytest.mark.parametrize("name", ["openshift_pods.jsonl", "troubled_pods.jsonl"])
def test_recorded_pods_can_all_be_read(name):
    payloads = recorded(name)
    assert len(payloads) == len([pod(keyed(payload), day=TODAY) for payload in payloads])


def test_a_record_has_the_columns_of_its_kind_and_a_key_of_its_day():
    record = pod(listed(), day=TODAY)
    assert (set(KINDS[0].columns), "2026-03-18/prod/a") == (set(record.data), record.key)


def test_an_unknown_phase_is_kept_in_lower_case():
    assert "crashloopbackoff" == pod(listed(phase="CrashLoopBackOff"), day=TODAY).data["phase"]


def test_a_pod_without_a_node_has_no_restarts_and_waits_for_nothing():
    data = pod(listed(), day=TODAY).data
    assert (0, [], None) == (data["restarts"], data["waiting"], data["oom_killed_at"])


def test_init_containers_count_for_waiting_and_restarts():
    statuses = [{"restartCount": 9, "state": {"waiting": {"reason": "CrashLoopBackOff"}}}]
    data = pod(listed(initContainerStatuses=statuses), day=TODAY).data
    assert (9, ["crashloopbackoff"]) == (data["restarts"], data["waiting"])


@pytest.mark.parametrize("place", ["state", "lastState"])
def test_the_end_for_want_of_memory_is_read_from_the_state_and_the_last_state(place):
    end = {"terminated": {"reason": "OOMKilled", "finishedAt": "2026-03-17T08:00:00Z"}}
    data = pod(listed(containerStatuses=[{"restartCount": 1, place: end}]), day=TODAY).data
    assert datetime.fromisoformat("2026-03-17T08:00:00+00:00") == data["oom_killed_at"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [("704595n", 0.000704595), ("250u", 0.00025), ("100m", 0.1), ("2", 2.0), ("1e3", 1000.0), ("24716Ki", 25309184.0)],
)
def test_quantities_are_read_as_the_client_reads_them(text, expected):
    assert pytest.approx(expected) == in_units(text)


@pytest.mark.parametrize("text", ["", "many", "1Xi", "NaN", None])
def test_what_is_no_quantity_is_no_number(text):
    with pytest.raises(ValueError, match=r"."):
        in_units(text)


@pytest.mark.parametrize(
    ("spec", "expected"),
    [
        ({"containers": [asks(cpu="100m"), asks(cpu="0.2")]}, 0.3),
        ({"containers": [{}]}, None),
        ({"containers": [asks(cpu="100m")], "initContainers": [asks(cpu="4")]}, 0.1),
        ({"containers": [asks(cpu="100m")], "initContainers": [asks(cpu="4") | {"restartPolicy": "Always"}]}, 4.1),
        ({"containers": [asks(cpu="100m")], **asks(cpu="1")}, 1.0),
    ],
    ids=["containers", "none", "init containers have ended", "sidecars go on", "the pod as a whole"],
)
def test_what_a_pod_requests(spec, expected):
    found = usage_of(spec).data["cpu_requested"]
    assert found is None if expected is None else pytest.approx(expected) == found


def test_usage_of_a_pod_that_is_not_listed_is_left_out():
    used = keyed({"metadata": {"namespace": "prod", "name": "b"}, "containers": []})
    assert pod_usage(used, day=TODAY, pods={}, units=in_units) is None


@pytest.mark.parametrize(
    ("read", "problem"),
    [
        (lambda: pod(listed(phase=None), day=TODAY), "phase is missing"),
        (
            lambda: pod(keyed({"metadata": {}, "status": {"phase": "Running"}}), day=TODAY),
            "creationTimestamp is missing",
        ),
        (lambda: usage_of({}, cpu="much"), "cpu is 'much', expected a quantity"),
        (lambda: deployment(listed(), day=TODAY), "replicas is missing"),
    ],
)
def test_what_cannot_be_read_is_named(read, problem):
    with pytest.raises(ContractError, match=problem):
        read()

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from health_assets.model.errors import ContractError
from health_assets.sources.wandb.records import RUNS, run_record, run_url, version_of
from health_assets_tests.sources.wandb.frames import settings

NOW = datetime(2026, 3, 18, 15, tzinfo=UTC)
BEGIN, BEAT = "2026-03-18T10:00:00Z", "2026-03-18T12:00:00Z"
RECORDED = json.loads((Path(__file__).parent / "fixtures/recorded_runs.json").read_text())


def read(configured=None, **payload):
    node = {"name": "r1", "state": "finished", "createdAt": BEGIN, "heartbeatAt": BEAT} | payload
    return run_record(node, settings=configured or settings(), scope="acme/rocket", now=NOW)


def data(configured=None, **payload):
    return read(configured, **payload)[0].data


def test_a_record_has_every_column_of_its_kind():
    assert set(RUNS.columns) == set(data())


@pytest.mark.parametrize("state", ["finished", "failed", "crashed", "killed", "preempted"])
def test_a_run_that_is_over_ended_with_its_last_heartbeat(state):
    record, _ = read(state=state)
    assert datetime(2026, 3, 18, 12, tzinfo=UTC) == record.ends_at == record.data["ended_at"]


@pytest.mark.parametrize("state", ["running", "pending", "preempting"])
def test_a_run_that_is_active_has_no_end(state):
    assert read(state=state)[0].ends_at is None


def test_a_run_that_never_sent_a_heartbeat_ended_when_it_began():
    assert datetime(2026, 3, 18, 10, tzinfo=UTC) == read(state="failed", heartbeatAt=None)[0].ends_at


def test_an_unknown_state_is_kept_and_ends_with_silence():
    silent, lively = data(state="Exploded"), data(state="Exploded", heartbeatAt="2026-03-18T14:59:00Z")
    assert ("exploded", True, True) == (silent["state"], silent["ended_at"] is not None, lively["ended_at"] is None)


def test_an_instant_without_a_zone_is_utc():
    assert datetime(2026, 3, 18, 10, tzinfo=UTC) == data(createdAt="2026-03-18T10:00:00")["created_at"]


@pytest.mark.parametrize(
    ("payload", "problem"),
    [
        ({"name": None}, "name is missing"),
        ({"state": ""}, "state is missing"),
        ({"createdAt": None}, "createdAt is missing"),
        ({"createdAt": "yesterday"}, "expected an ISO instant"),
        ({"heartbeatAt": 7}, "heartbeatAt is int"),
    ],
)
def test_a_run_without_the_promised_shape_is_named_and_not_guessed(payload, problem):
    with pytest.raises(ContractError, match=problem):
        read(**payload)


def test_only_configured_numbers_of_the_summary_are_kept():
    summary = {"loss": 0.5, "accuracy": "NaN", "other": 1, "val_accuracy": float("nan"), "overview/sps": True}
    assert {"loss": 0.5} == data(summaryMetrics=json.dumps(summary))["summary"]


def test_a_key_may_lead_into_a_nested_value_or_have_a_dot_itself():
    nested = settings(loss_keys=["train/loss.min"])
    summary = {"train/loss": {"min": 0.1}, "env_agent/heart.gained": 2}
    assert {"train/loss.min": 0.1, "env_agent/heart.gained": 2.0} == data(nested, summaryMetrics=json.dumps(summary))[
        "summary"
    ]


def test_the_summary_of_a_crashed_run_may_be_text_inside_text():
    assert {"loss": 2.0} == data(state="crashed", summaryMetrics=json.dumps(json.dumps({"loss": 2})))["summary"]


@pytest.mark.parametrize("text", ["{cut", json.dumps("no object"), "[1]"])
def test_a_run_with_an_unreadable_summary_stays_and_that_is_told(text):
    record, problems = read(state="crashed", summaryMetrics=text)
    assert ("crashed", None, None) == (record.data["state"], record.data["summary"], record.data["runtime_seconds"])
    assert ["r1"] == [problem.key for problem in problems]


@pytest.mark.parametrize("text", [None, "", "{}", "null"])
def test_a_run_without_a_summary_has_an_empty_one(text):
    assert {} == data(summaryMetrics=text)["summary"]


@pytest.mark.parametrize(
    ("summary", "seconds"),
    [
        ({"_runtime": 60.5, "_wandb": {"runtime": 61}}, 60.5),
        ({"_wandb": {"runtime": 61}}, 61.0),
        ({"_wandb": 3}, None),
        ({}, None),
    ],
)
def test_the_runtime_is_the_run_s_own(summary, seconds):
    assert seconds == data(summaryMetrics=json.dumps(summary))["runtime_seconds"]


@pytest.mark.parametrize(
    ("info", "count"), [({"gpuCount": 8}, 8), ({"gpuCount": 0}, 0), ({"gpuCount": None}, None), (None, None)]
)
def test_an_unknown_gpu_count_stays_unknown(info, count):
    assert count == data(runInfo=info)["gpu_count"]


def test_gpu_utilization_is_the_mean_of_the_gpus_and_of_nothing_else():
    system = {"system.gpu.0.gpu": 80, "system.gpu.1.gpu": 40, "system.gpu.process.0.gpu": 7, "system.gpu.0.temp": 60}
    assert 60.0 == data(systemMetrics=json.dumps(system))["gpu_utilization"]


def test_of_two_readings_the_later_heartbeat_wins_then_the_one_that_knows_the_end():
    beat = datetime(2026, 3, 18, 12, tzinfo=UTC)
    versions = [version_of(beat, over=False), version_of(beat, over=True)]
    versions += [version_of(beat + timedelta(microseconds=1), over=False)]
    assert versions == sorted(versions)


@pytest.mark.parametrize(
    ("api", "page"),
    [
        ("https://api.wandb.ai", "https://wandb.ai/acme/rocket/runs/r1"),
        ("https://wandb.example.invalid", "https://wandb.example.invalid/acme/rocket/runs/r1"),
    ],
)
def test_evidence_links_to_the_run(api, page):
    assert page == run_url(api, scope="acme/rocket", run_id="r1")


@pytest.mark.parametrize("recorded", RECORDED)
def test_a_recorded_run_is_read(recorded):
    ended = datetime.fromtimestamp(recorded["ended_at_unix"], tz=UTC)
    found = data(
        settings(loss_keys=["Loss/v"], hearts_keys=["Rewards/mean_episodes"]),
        createdAt=recorded["started_at"],
        heartbeatAt=ended.isoformat(),
        summaryMetrics=json.dumps(recorded["summary"]),
        systemMetrics=json.dumps(recorded["system"]),
    )
    assert recorded["system"].get("gpu.0.gpu") == found["gpu_utilization"]
    assert recorded["exit_runtime_s"] == pytest.approx(found["runtime_seconds"], abs=5)
    assert recorded["summary"]["Loss/v"] == found["summary"]["Loss/v"]
    assert found["runtime_seconds"] == pytest.approx((ended - found["created_at"]).total_seconds(), abs=10)

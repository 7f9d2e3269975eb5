import time

import pytest

from health_assets.model.errors import Cause, ConfigError, SourceError
from health_assets.model.source import Meter
from health_assets.sandbox import faults
from health_assets.sandbox.exchange import Reply
from health_assets.sources.wandb.client import Client
from health_assets.sources.wandb.doctor import diagnose
from health_assets_tests.sources.wandb.stage import SCOPE, run

KEY = "s3cret" * 7
PAGE = "HealthRuns"


def client_of(stage, *, seconds=30.0, meter=None, **changes):
    return Client(stage.settings(**changes), scope=SCOPE, deadline=time.monotonic() + seconds, meter=meter)


def many(count):
    return [run(f"r{number:03}", ago=count / 60 - number / 60) for number in range(count)]


def test_runs_come_with_their_summaries_a_hundred_a_request(stage):
    stage.serve(*many(250))
    nodes = client_of(stage).runs(SCOPE, {})
    assert [f"r{number:03}" for number in range(250)] == [node["name"] for node in nodes]
    assert 4 == len(stage.server.requests)
    assert "_runtime" in nodes[0]["summaryMetrics"]


def test_a_run_without_a_user_is_read(stage):
    stage.serve(run("r1", ago=2, user=None))
    assert 1 == len(client_of(stage).runs(SCOPE, {}))


def test_the_same_question_is_asked_again_and_not_answered_from_a_cache(stage):
    client = client_of(stage)
    stage.serve(run("r1", ago=2))
    before = client.runs(SCOPE, {})
    stage.serve()
    assert (1, []) == (len(before), client.runs(SCOPE, {}))


def test_a_server_too_old_for_gpu_counts_is_asked_without_them(stage):
    unknown = Reply.of_json({"errors": [{"message": 'Cannot query field "runInfo" on type "Run".'}]}, status=400)
    stage.server.faults.add(faults.replying(unknown), operation=PAGE, times=1)
    stage.serve(run("r1", ago=2, gpu_count=4))
    assert "runInfo" not in client_of(stage).runs(SCOPE, {})[0]


@pytest.mark.parametrize("fault", [faults.bad_gateway(), faults.too_many_requests(retry_after=1)])
def test_a_passing_trouble_is_tried_again(stage, fault):
    stage.server.faults.add(fault, operation=PAGE, times=1)
    assert [] == client_of(stage).runs(SCOPE, {})


@pytest.mark.parametrize(
    ("fault", "cause", "sent"),
    [
        (faults.unauthorized(), Cause.AUTHENTICATION, 2),
        (faults.refused(403, "no"), Cause.PERMISSION, 2),
        (faults.not_found(), Cause.NOT_FOUND, 2),
        (faults.too_many_requests(), Cause.RATE_LIMITED, 3),
        (faults.refused(500, "oops"), Cause.SERVER_ERROR, 3),
        (faults.bad_gateway(), Cause.SERVER_ERROR, 3),
        (faults.graphql_partial(), Cause.INCOMPLETE, 2),
        (faults.cut_json(), Cause.INCOMPLETE, 2),
        (faults.broken_connection(), Cause.INCOMPLETE, 2),
        (faults.replying(Reply(200, {}, b"<html>sign in</html>")), Cause.BAD_PAYLOAD, 2),
        (faults.replying(Reply.of_json({"data": {"project": 7}})), Cause.BAD_PAYLOAD, 2),
        (faults.replying(Reply.of_json({"data": {"project": {"runs": {}}}})), Cause.BAD_PAYLOAD, 2),
        (faults.replying(Reply.of_json({"data": {"project": None}})), Cause.NOT_FOUND, 2),
    ],
)
def test_a_lasting_trouble_is_told_with_its_cause_and_every_request(stage, fault, cause, sent):
    meter = Meter()
    client = client_of(stage, meter=meter)
    stage.server.faults.add(fault, operation=PAGE)
    with pytest.raises(SourceError, match=SCOPE) as caught:
        client.runs(SCOPE, {})
    assert (cause, sent, sent) == (caught.value.cause, caught.value.requests, len(stage.server.requests))
    assert (True, sent) == (bool(caught.value.hint), meter.requests)


@pytest.mark.parametrize(
    ("fault", "cause"), [(faults.unauthorized(), Cause.AUTHENTICATION), (faults.bad_gateway(), Cause.SERVER_ERROR)]
)
def test_a_failed_sign_in_is_told_with_its_cause(stage, fault, cause):
    stage.server.faults.add(fault)
    with pytest.raises(SourceError, match="sign in") as caught:
        client_of(stage)
    assert (cause, len(stage.server.requests)) == (caught.value.cause, caught.value.requests)


def test_a_missing_page_is_no_shorter_list(stage):
    stage.serve(*many(150))
    stage.server.faults.add(faults.empty_page(), operation=PAGE, first=2)
    with pytest.raises(SourceError, match="came short, 100 of 150") as caught:
        client_of(stage).runs(SCOPE, {})
    assert Cause.INCOMPLETE == caught.value.cause


def test_a_page_that_repeats_itself_ends(stage):
    stage.serve(*many(150))
    client = client_of(stage)
    again = {"edges": [], "pageInfo": {"endCursor": None, "hasNextPage": True}}
    body = {"data": {"project": {"runCount": 150, "runs": again}}}
    stage.server.faults.add(faults.replying(Reply.of_json(body)), operation=PAGE)
    with pytest.raises(SourceError, match="came short"):
        client.runs(SCOPE, {})


@pytest.mark.parametrize("fault", [faults.trickle(), faults.delayed(60), faults.too_many_requests(retry_after=600)])
def test_no_answer_is_waited_for_beyond_the_time_of_a_request(stage, fault):
    client = client_of(stage, request_timeout_seconds=1)
    stage.server.faults.add(fault, operation=PAGE)
    begun = time.monotonic()
    with pytest.raises(SourceError, match="within 1 s") as caught:
        client.runs(SCOPE, {})
    assert (Cause.UNREACHABLE, True) == (caught.value.cause, time.monotonic() - begun < 4)


def test_a_request_has_no_more_time_than_the_deadline_leaves(stage):
    client = client_of(stage, seconds=0.8)
    stage.server.faults.add(faults.delayed(60), operation=PAGE)
    with pytest.raises(SourceError) as caught:
        client.runs(SCOPE, {})
    assert Cause.DEADLINE == caught.value.cause


def test_nothing_is_sent_after_the_deadline(stage):
    with pytest.raises(SourceError, match="not sent") as caught:
        client_of(stage, seconds=-1)
    assert (Cause.DEADLINE, 0) == (caught.value.cause, len(stage.server.requests))


def test_a_server_that_is_not_there_is_unreachable(stage):
    with pytest.raises(SourceError, match="the connection was refused") as caught:
        client_of(stage, api_url="http://127.0.0.1:9")
    assert Cause.UNREACHABLE == caught.value.cause


def test_the_key_is_sent_and_never_shown(stage, monkeypatch):
    monkeypatch.setenv("HEALTH_TEST_WANDB_KEY", KEY)
    stage.wandb.api_key = KEY
    client = client_of(stage, api_key={"env": "HEALTH_TEST_WANDB_KEY"})
    assert [] == client.runs(SCOPE, {})
    echo = Reply.of_json({"errors": [{"message": f"no luck with {KEY}"}]}, status=403)
    stage.server.faults.add(faults.replying(echo), operation=PAGE)
    with pytest.raises(SourceError) as caught:
        client.runs(SCOPE, {})
    assert ("no luck with ***" in str(caught.value), KEY in str(caught.value)) == (True, False)


def test_a_wrong_key_is_told_apart(stage, monkeypatch):
    monkeypatch.setenv("HEALTH_TEST_WANDB_KEY", KEY)
    stage.wandb.api_key = "another"
    with pytest.raises(SourceError) as caught:
        client_of(stage, api_key={"env": "HEALTH_TEST_WANDB_KEY"})
    assert Cause.AUTHENTICATION == caught.value.cause


def test_a_key_that_is_no_key_is_refused_without_asking(stage, monkeypatch):
    monkeypatch.setenv("HEALTH_TEST_WANDB_KEY", "tooshort")
    with pytest.raises(SourceError, match="sign in") as caught:
        client_of(stage, api_key={"env": "HEALTH_TEST_WANDB_KEY"})
    assert (Cause.AUTHENTICATION, False) == (caught.value.cause, "tooshort" in str(caught.value))


def test_a_key_that_is_not_set_is_a_wrong_setting(stage):
    with pytest.raises(ConfigError, match="HEALTH_TEST_NO_KEY is not set"):
        client_of(stage, api_key={"env": "HEALTH_TEST_NO_KEY"})


def test_the_client_leaves_no_folder_behind(stage, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    stage.serve(*many(3))
    client_of(stage).runs(SCOPE, {})
    assert [] == list(tmp_path.iterdir())


def test_doctor_says_what_works(stage):
    stage.serve(run("r1", ago=2))
    checks = diagnose(stage.settings())
    assert {True} == {check.ok for check in checks}
    assert "wandb: acme/rocket" == checks[-1].name


def test_doctor_says_what_does_not_and_what_to_do(stage):
    checks = diagnose(stage.settings(project=None, projects=["rocket", "probe"]))
    assert (False, True, True) == (checks[-1].ok, bool(checks[-1].hint), checks[-2].ok)
    stage.server.faults.add(faults.unauthorized())
    assert ["wandb: sign in"] == [check.name for check in diagnose(stage.settings())]
    assert ["wandb: credentials"] == [c.name for c in diagnose(stage.settings(api_key={"env": "HEALTH_TEST_NO_KEY"}))]

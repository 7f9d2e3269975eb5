"""Fetches with the real client over real HTTP."""

import threading
import time
from datetime import timedelta
from types import SimpleNamespace
from urllib.parse import parse_qs

import pytest

from health_assets.model.errors import Cause, ConfigError, SourceError
from health_assets.model.time import days_ending
from health_assets.pipeline.collect import fetch_within
from health_assets.sandbox import faults
from health_assets.sandbox.asana.service import problem
from health_assets.sandbox.asana.world import Project
from health_assets.sandbox.exchange import Reply
from health_assets.sources.asana import SOURCE
from health_assets_tests.sources.asana.workspaces import (
    DAY,
    NOW,
    TODAY,
    ZONE,
    Held,
    asking,
    settings_for,
    task,
    workspace,
)

TASKS = "/asana/tasks"
QUARTER = timedelta(minutes=15)


def busy(count=250, **changes):
    tasks = [
        task(n, created=n % 25 + 1, completed_at=NOW - DAY / 2 if n % 2 else None, **changes) for n in range(count)
    ]
    return workspace(*tasks, projects=[Project(gid="7", name="Plan")])


@pytest.fixture
def server(serve):
    return serve(busy())


@pytest.fixture
def dead_server():
    """Nothing listens on this port."""
    return SimpleNamespace(url="http://127.0.0.1:1")


def fetch(server, held=None, *, now=NOW, settings=None, **asked):
    """One fetch, kept in `held`; moves the server's clock to `now`."""
    kept = held or Held()
    server.now = now
    return kept.keep(SOURCE.fetch(settings_for(server.url, **(settings or {})), asking(kept, now=now, **asked)))


def failure(server, held=None, **asked):
    with pytest.raises(SourceError) as caught:
        fetch(server, held, **asked)
    return caught.value


def asked_of(server, path=TASKS):
    return [parse_qs(entry.query) for entry in server.requests if entry.path == path]


def test_everything_is_read_in_pages(server):
    batch = fetch(server)
    assert (1 + 3, len(server.requests)) == (batch.requests, batch.requests)
    assert 250 == sum(record.kind == "bugs" for record in batch.records)
    assert 125 == sum(record.kind == "bug_sections" for record in batch.records)


def test_open_tasks_and_those_completed_in_the_look_back_come_in_one_pass(server):
    fetch(server)
    (since,) = {query["completed_since"][0] for query in asked_of(server)}
    assert "2026-02-16T00:00:00Z" == since


def test_fields_are_asked_for_as_one_text_and_flags_as_words(server):
    fetch(server)
    (fields,) = asked_of(server)[0]["opt_fields"]
    assert "name,permalink_url,created_at" == fields[:29]
    assert ["false"] == asked_of(server, "/asana/projects")[0]["archived"]


def test_a_tick_at_300_tasks_takes_at_most_4_requests(serve):
    server, held = serve(busy(300)), Held()
    costs = [fetch(server, held, now=NOW + QUARTER * tick).requests for tick in range(5)]
    assert [4, 2, 2, 4, 2] == costs


def test_only_what_changed_is_read_again(server):
    held = Held()
    fetch(server, held)
    server.requests.clear()
    fetch(server, held, now=NOW + QUARTER)
    assert ["2026-03-18T15:05:00Z"] == asked_of(server)[0]["modified_since"]


def test_a_change_arrives_with_the_next_tick(serve):
    held = Held()
    done = task(1, completed_at=NOW + QUARTER / 2, moves=[(NOW - DAY, "Triage")])
    moved = task(2, moves=[(NOW - DAY, "Triage"), (NOW + QUARTER / 2, "Active")])
    server = serve(workspace(done, moved, task(3, created=-0.001)))
    fetch(server, held)
    assert (2, 2) == (held.measured("bugs.total_open").value, held.measured("bugs.triage_count").value)
    at = NOW + QUARTER
    fetch(server, held, now=at)
    names = ("total_open", "triage_count", "active_count", "other_count", "completed_7d")
    assert (2, 0, 1, 1, 1) == tuple(held.measured(f"bugs.{name}", at=at).value for name in names)


def test_every_day_of_the_look_back_is_covered_and_snapshots_are_of_today(server):
    batch = fetch(server)
    days = {kind: [held.day for held in batch.coverage if held.kind == kind] for kind in ("bugs", "projects")}
    assert (31, ["2026-03-18"]) == (len(days["bugs"]), days["projects"])
    assert {"projects": TODAY.key, "bug_sections": TODAY.key} == batch.snapshots


def test_past_days_bring_bugs_and_no_snapshot(server):
    days = days_ending(TODAY.date - DAY, 3, ZONE)
    batch = fetch(server, days=days)
    assert ({"bugs"}, {}, 3) == ({held.kind for held in batch.coverage}, batch.snapshots, batch.requests)


def test_settled_days_cost_no_request(server):
    held, days = Held(), days_ending(TODAY.date - DAY, 3, ZONE)
    fetch(server, held, days=days)
    server.requests.clear()
    assert (0, [], ()) == ((again := fetch(server, held, days=days)).requests, server.requests, again.coverage)


def test_settled_days_can_be_read_again_on_demand(server):
    held, days = Held(), days_ending(TODAY.date - DAY, 1, ZONE)
    fetch(server, held, days=days)
    assert 3 == fetch(server, held, days=days, refetch=True).requests


def test_an_outage_of_days_heals_with_the_next_tick(serve):
    held = Held()
    server = serve(workspace(task(1, completed_at=NOW + 2 * DAY), task(2, created=-1)))
    fetch(server, held)
    later = NOW + 4 * DAY
    fetch(server, held, now=later)
    back = [held.measured("bugs.total_open", at=NOW + n * DAY).value for n in range(4)]
    assert [1, 2, 1, 1] == back
    assert {later} == {reading.captured_at for day, reading in held.coverage("bugs").items() if day >= "2026-02-20"}


def test_a_task_that_is_gone_is_found_within_the_hour_and_was_open_until_then(serve):
    held = Held()
    server = serve(workspace(task(1, gone_at=NOW + QUARTER / 2), task(2)))
    for tick in range(3):
        fetch(server, held, now=NOW + QUARTER * tick)
    assert 2 == held.measured("bugs.total_open", at=NOW + QUARTER * 2).value
    found = NOW + QUARTER * 3
    assert 1 + 1 + 1 == fetch(server, held, now=found).requests
    assert (1, 2) == tuple(held.measured("bugs.total_open", at=at).value for at in (found, found - QUARTER))
    assert 1 == held.measured("bugs.other_count", at=found).value


def test_a_listing_that_comes_empty_is_not_an_empty_project(server):
    held = Held()
    fetch(server, held)
    server.faults.add(faults.empty_page(), path=TASKS)
    found = failure(server, held, now=NOW + 3 * QUARTER)
    assert (Cause.INCOMPLETE, True) == (found.cause, "empty page" in found.message)


def ending_early(body):
    body["data"], body["next_page"] = [], None


@pytest.mark.parametrize("page", [1, 2, 3])
def test_a_listing_that_ends_early_is_not_believed(server, page):
    held = Held()
    fetch(server, held)
    server.faults.add(faults.changed(ending_early), path=TASKS, first=page)
    found = failure(server, held, now=NOW + 3 * QUARTER)
    assert (Cause.INCOMPLETE, True) == (found.cause, "of 125 open tasks were listed" in found.message)


def test_a_first_reading_that_comes_empty_is_not_believed_either(server):
    server.faults.add(faults.changed(ending_early), path=TASKS)
    assert "0 of 125 open tasks" in failure(server).message


def test_a_workspace_without_any_project_is_not_believed(server):
    server.faults.add(faults.empty_page(), path="/asana/projects")
    assert "not a single project" in failure(server).message


def test_a_missing_page_fails_the_whole_workspace(server):
    server.faults.add(faults.refused(500, "oops"), path=TASKS, first=2)
    assert Cause.SERVER_ERROR == failure(server).cause


@pytest.mark.parametrize(
    ("fault", "cause", "requests"),
    [
        (faults.replying(Reply.of_json(problem("Not Authorized"), status=401)), Cause.AUTHENTICATION, 1),
        (faults.replying(Reply.of_json(problem("Forbidden"), status=403)), Cause.PERMISSION, 1),
        (faults.replying(Reply.of_json(problem("Unknown object"), status=404)), Cause.NOT_FOUND, 1),
        (faults.too_many_requests(), Cause.RATE_LIMITED, 1),
        (faults.too_many_requests(retry_after=600), Cause.RATE_LIMITED, 1),
        (faults.refused(500, "oops"), Cause.SERVER_ERROR, 3),
        (faults.bad_gateway(), Cause.SERVER_ERROR, 3),
        (faults.cut_json(), Cause.BAD_PAYLOAD, 1),
        (faults.replying(Reply.of_json(["no", "object"])), Cause.BAD_PAYLOAD, 1),
        (faults.replying(Reply.of_json({"next_page": None})), Cause.BAD_PAYLOAD, 1),
        (faults.broken_connection(), Cause.UNREACHABLE, 3),
    ],
)
def test_a_lasting_trouble_is_told_with_its_cause_and_what_to_do(server, fault, cause, requests):
    server.faults.add(fault)
    found = failure(server)
    assert (cause, requests, True) == (found.cause, found.requests, bool(found.hint))
    assert "acme: GET /projects" in found.message


def test_what_asana_says_is_told(serve):
    server = serve(busy())
    found = failure(server, settings={"workspace": {"bugs_project": "404"}})
    assert (Cause.NOT_FOUND, True) == (found.cause, "project: Unknown object: 404" in found.message)


@pytest.mark.parametrize("fault", [faults.bad_gateway(), faults.broken_connection(), faults.too_many_requests(0)])
def test_a_passing_trouble_is_tried_again_and_counted(server, fault):
    server.faults.add(fault, path=TASKS, first=2, times=1)
    batch = fetch(server)
    assert (5, 250) == (batch.requests, sum(record.kind == "bugs" for record in batch.records))


def test_a_silent_server_is_given_up(server):
    server.faults.add(faults.delayed(30))
    found = failure(server, settings={"read_timeout_seconds": 0.1})
    assert (Cause.UNREACHABLE, True) == (found.cause, "no answer in time" in found.message)


def test_a_trickling_answer_is_given_up_at_the_deadline(server):
    server.faults.add(faults.trickle(0.05), path=TASKS)
    begun = time.monotonic()
    with pytest.raises(SourceError) as caught:
        fetch_within(SOURCE, settings_for(server.url), asking(Held(), seconds=0.5))
    assert (Cause.DEADLINE, True) == (caught.value.cause, time.monotonic() - begun < 5)


def test_no_request_is_sent_after_the_deadline(server):
    assert (Cause.DEADLINE, []) == (failure(server, seconds=-1.0).cause, server.requests)


def test_a_refused_connection_is_told_as_such(dead_server):
    assert "the connection was refused" in failure(dead_server).message


def test_a_task_that_cannot_be_read_is_named_and_the_others_stay(server):
    def spoil(body):
        del body["data"][0]["created_at"]
        body["data"][1] = "what"

    server.faults.add(faults.changed(spoil), path=TASKS, times=1)
    batch = fetch(server)
    problems = [(lost.kind, lost.key, lost.problem) for lost in batch.rejections]
    assert [("bugs", "0", "created_at is missing"), ("bugs", "?", "is str, expected an object")] == problems
    assert 248 == sum(record.kind == "bugs" for record in batch.records)


def test_a_token_is_sent_and_never_told(serve, monkeypatch):
    monkeypatch.setenv("A_TOKEN", "t0ps3cret")
    server, known = serve(busy(), token="t0ps3cret"), {"token": {"env": "A_TOKEN"}}
    assert Cause.AUTHENTICATION == failure(server).cause
    assert 4 == fetch(server, settings=known).requests
    server.faults.add(faults.replying(Reply.of_json(problem("t0ps3cret is not welcome"), status=403)))
    told = str(failure(server, settings=known))
    assert (True, False) == ("*** is not welcome" in told, "t0ps3cret" in told)


def test_a_token_that_is_not_set_is_a_matter_of_configuration(server):
    with pytest.raises(ConfigError, match="A_TOKEN_NOBODY_SET"):
        fetch(server, settings={"token": {"env": "A_TOKEN_NOBODY_SET"}})


def test_a_fetch_leaves_no_thread_behind(server):
    fetch(server)
    before = threading.active_count()
    fetch(server)
    assert before == threading.active_count()


def test_doctor_tells_what_works_and_what_does_not(server):
    server.faults.add(faults.not_found(), path="task_counts")
    checks = SOURCE.diagnose(settings_for(server.url))
    assert [True, True, False] == [check.ok for check in checks]
    assert "2 projects" in checks[1].detail


def test_doctor_counts_the_open_tasks(server):
    assert "125 open tasks" in SOURCE.diagnose(settings_for(server.url))[2].detail


def test_doctor_stops_where_nothing_answers(dead_server):
    (check,) = SOURCE.diagnose(settings_for(dead_server.url))
    assert (False, True) == (check.ok, bool(check.hint))

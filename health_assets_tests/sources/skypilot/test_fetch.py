"""Fetches of small worlds over the sandbox: what is read, what is kept, what it costs."""

import json
from dataclasses import replace
from datetime import timedelta

import pytest

from health_assets.model.errors import Cause, SourceError
from health_assets.sandbox import faults
from health_assets.sandbox.skypilot import Cluster, Job, World
from health_assets.sources.skypilot import fetch as fetching
from health_assets.sources.skypilot.fetch import fetch
from health_assets_tests.sources.skypilot.conftest import NOW
from health_assets_tests.sources.skypilot.frames import DAY, HOUR, Held, asking

TICK = timedelta(minutes=15)
BUDGET = 6


def job(job_id, *, age=2 * HOUR, lasts=None, **facts):
    created = NOW - age
    times = {"created_at": created, "submitted_at": created, "started_at": created + HOUR / 4}
    ended = None if lasts is None else created + lasts
    return Job(job_id=job_id, **({**times, "ended_at": ended} | facts))


@pytest.fixture
def tick(api, server, settings_for):
    """Fetches into `held` as of `now` and returns the batch."""

    def fetch_at(held, *, now=NOW, **changes):
        server.now = now
        server.requests.clear()
        return held.keep(fetch(settings_for(), asking(held, now=now, **changes)))

    return fetch_at


def edited(change):
    """The result's return_value after `change` has edited it in place."""

    def spoil(body):
        value = json.loads(body["return_value"])
        change(value)
        body["return_value"] = json.dumps(value)

    return faults.changed(spoil)


def test_a_cold_fetch_brings_jobs_that_lived_in_the_look_back(api, tick):
    old = job(1, age=50 * DAY, lasts=DAY)
    late = job(2, age=50 * DAY, lasts=40 * DAY)
    api.world = World(jobs=[old, late, job(3, age=90 * DAY), job(4)])
    held = Held()
    tick(held)
    assert ["2/0", "3/0", "4/0"] == list(held.jobs())


def test_tasks_of_a_pipeline_are_records_of_their_own(api, tick):
    api.world = World(jobs=[job(1, lasts=HOUR), job(1, task_id=1)])
    held = Held()
    tick(held)
    assert ["1/0", "1/1"] == list(held.jobs())


def test_coverage_has_every_day_of_the_look_back(api, tick):
    api.world = World(jobs=[job(1, age=2 * DAY, lasts=DAY), job(2)])
    held = Held()
    batch = tick(held)
    covered = held.covered["managed_jobs"]
    assert (31, 1, {NOW}) == (
        len(covered),
        len(held.covered["clusters"]),
        {reading.captured_at for reading in batch.coverage},
    )
    assert [0, 1, 1, 1] == [covered[f"2026-03-{day}"].fetched for day in (15, 16, 17, 18)]


def test_a_steady_tick_brings_what_is_alive_and_what_is_new(api, tick):
    api.world = World(jobs=[job(1, age=3 * DAY, lasts=DAY), job(2), job(3, age=-TICK / 2)])
    held = Held()
    tick(held)
    batch = tick(held, now=NOW + TICK)
    assert ["3/0", "2/0"] == [record.key for record in batch.records]


def test_a_job_that_ended_since_is_ended(api, tick):
    api.world = World(jobs=[job(1, age=60 * DAY, lasts=60 * DAY + TICK / 3, outcome="FAILED")])
    held = Held()
    tick(held)
    tick(held, now=NOW + TICK)
    assert ("failed", NOW + TICK / 3) == (held.jobs()["1/0"]["status"], held.jobs()["1/0"]["ended_at"])


def test_a_job_cancelled_while_pending_is_seen_although_the_filter_by_time_hides_it(api, tick):
    waiting = {"submitted_at": None, "started_at": None, "outcome": "CANCELLED"}
    api.world = World(jobs=[job(1, lasts=2 * HOUR + TICK / 2, **waiting)])
    held = Held()
    tick(held)
    tick(held, now=NOW + TICK)
    data = held.jobs()["1/0"]
    assert ("cancelled", NOW, NOW + TICK) == (data["status"], data["queued_at"], data["ended_at"])


def test_jobs_without_any_time_are_told_and_left_out(api, tick):
    api.world = World(jobs=[job(1, lasts=HOUR, submitted_at=None, started_at=None, outcome="CANCELLED")])
    batch = tick(Held())
    assert ((), {"1 jobs ended without any time and are left out", ""}) == (
        batch.records,
        {reading.detail for reading in batch.coverage},
    )


def test_a_vanished_job_ends_and_comes_back_when_it_is_seen_again(api, tick):
    api.world = World(jobs=[job(1)])
    held = Held()
    tick(held)
    api.world = World()
    tick(held, now=NOW + TICK)
    gone = held.jobs()["1/0"]
    api.world = World(jobs=[job(1)])
    tick(held, now=NOW + 2 * TICK)
    assert [("vanished", NOW + TICK), ("running", None)] == [
        (data["status"], data["ended_at"]) for data in (gone, held.jobs()["1/0"])
    ]


def test_an_outage_heals_with_the_next_tick(api, tick):
    api.world = World(jobs=[job(1), job(2, age=-DAY, lasts=HOUR, outcome="FAILED")])
    held = Held()
    tick(held)
    tick(held, now=NOW + 5 * DAY)
    assert "failed" == held.jobs()["2/0"]["status"]
    covered = held.covered["managed_jobs"]
    assert {NOW + 5 * DAY} == {covered[f"2026-03-{day}"].captured_at for day in range(18, 24)}


def test_days_before_everything_kept_are_read_anew(api, tick):
    api.world = World(jobs=[job(1, age=50 * DAY, lasts=DAY)])
    held = Held()
    tick(held)
    tick(held, now=NOW + TICK, back=40)
    assert ["1/0"] == list(held.jobs())


def test_settled_days_make_no_request(api, server, tick):
    held = Held()
    tick(held, days=3, back=1)
    assert 0 == tick(held, days=3, back=1).requests == len(server.requests)


def test_clusters_are_read_for_today_only(api, tick):
    api.world = World(
        clusters=[
            Cluster(name="dev", launched_at=NOW - DAY),
            Cluster(name="idle", launched_at=NOW - DAY, stopped=[(NOW - HOUR, NOW + HOUR)]),
            Cluster(name="gone", launched_at=NOW - DAY, gone_at=NOW),
        ]
    )
    held = Held()
    assert {} == dict(tick(held, back=1).snapshots)
    batch = tick(held)
    assert {"clusters": "2026-03-18"} == dict(batch.snapshots)
    assert [("2026-03-18/dev", "up"), ("2026-03-18/idle", "stopped")] == [
        (record.key, record.data["status"]) for record in batch.records
    ]


def test_no_day_that_has_begun_is_refused(api, tick):
    with pytest.raises(ValueError, match="begun"):
        tick(Held(), back=-2)


def busy(count):
    return World(jobs=[job(number, age=number * HOUR, lasts=(number % 9 + 1) * HOUR) for number in range(1, count + 1)])


def test_a_tick_with_200_jobs_makes_at_most_six_requests(api, server, tick):
    api.world = busy(200)
    held = Held()
    cold, steady = tick(held), tick(held, now=NOW + TICK)
    assert (4, 6) == (cold.requests, steady.requests)
    assert steady.requests == len(server.requests) <= BUDGET


def test_pages_are_read_to_the_end(api, tick, monkeypatch):
    monkeypatch.setattr(fetching, "PAGE", 30)
    api.world = busy(100)
    held = Held()
    batch = tick(held)
    assert (100, 10) == (len(held.jobs()), batch.requests)


@pytest.mark.parametrize("page", [1, 3])
def test_a_page_that_comes_short_is_incomplete_and_not_a_smaller_number(api, server, tick, monkeypatch, page):
    monkeypatch.setattr(fetching, "PAGE", 30)
    api.world = busy(100)
    # the clusters' result is waited for after all pages
    server.faults.add(edited(lambda value: value.update(jobs=[])), path="/api/get", first=page, times=1)
    held = Held()
    with pytest.raises(SourceError, match=f"page {page} holds 0 of 30 jobs") as caught:
        tick(held)
    assert (Cause.INCOMPLETE, {}) == (caught.value.cause, held.jobs())


def test_a_listing_that_shrinks_between_pages_is_incomplete(api, server, tick, monkeypatch):
    monkeypatch.setattr(fetching, "PAGE", 30)
    api.world = busy(100)
    server.faults.add(edited(lambda value: value.update(total=90)), path="/api/get", first=2, times=1)
    with pytest.raises(SourceError) as caught:
        tick(Held())
    assert Cause.INCOMPLETE is caught.value.cause


@pytest.mark.parametrize("spoilt", [[], {"jobs": "none", "total": 1}, {"jobs": [1], "total": 1}, {"jobs": []}])
def test_a_result_of_another_shape_is_refused(api, server, tick, spoilt):
    server.faults.add(faults.changed(lambda body: body.update(return_value=json.dumps(spoilt))), path="/api/get")
    with pytest.raises(SourceError, match="not a page of jobs") as caught:
        tick(Held())
    assert (Cause.BAD_PAYLOAD, 3) == (caught.value.cause, caught.value.requests)


def test_a_row_that_cannot_be_read_is_named_and_the_others_stay(api, server, tick):
    def spoil(value):
        value["jobs"][0]["start_at"] = "soon"

    api.world = World(jobs=[job(1), job(2)])
    server.faults.add(edited(spoil), path="/api/get", times=1)
    held = Held()
    batch = tick(held)
    assert [("managed_jobs", "1/0", "start_at is str, expected a number")] == [
        (one.kind, one.key, one.problem) for one in batch.rejections
    ]
    assert ["2/0"] == list(held.jobs())


def test_a_row_without_a_name_ends_no_job(api, server, tick):
    api.world = World(jobs=[job(1)])
    held = Held()
    tick(held)
    server.faults.add(
        edited(lambda value: [row.update(job_id="x") for row in value.get("jobs", [])]), times=2, path="/api/get"
    )
    batch = tick(held, now=NOW + TICK)
    assert ("running", 1) == (held.jobs()["1/0"]["status"], len(batch.rejections))


def test_unknown_statuses_are_told(api, tick):
    api.world = World(jobs=[job(1, lasts=HOUR, outcome="LEVITATED")])
    assert "unknown statuses: levitated" in {reading.detail for reading in tick(Held()).coverage}


def test_a_server_that_ignores_the_filter_by_time_ends_the_same(api, tick):
    api.world = busy(20)
    new, old = Held(), Held()
    for held, version in ((new, 62), (old, 50)):
        api.api_version = version
        tick(held)
        tick(held, now=NOW + TICK)
    assert new.jobs() == old.jobs()


def test_a_stopped_controller_fails_the_source(api, tick):
    api.controller_stopped = True
    with pytest.raises(SourceError, match="No in-progress managed jobs") as caught:
        tick(Held())
    assert "the jobs controller is stopped" in caught.value.hint


def test_only_the_fields_that_are_used_are_asked_for(api, tick):
    api.world = World(jobs=[replace(job(1), outcome="FAILED", ended_at=NOW - HOUR)])
    assert "failure_reason" not in fetching.FIELDS
    assert {"failed"} == {record.data["status"] for record in tick(Held()).records}

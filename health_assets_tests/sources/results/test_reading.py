"""Fetches of result documents from a directory: incremental, whole or not at all."""

import os
import time
from datetime import timedelta

import pytest

from health_assets.model.errors import Cause, SourceError
from health_assets.model.reason import Reason
from health_assets.model.record import Mode
from health_assets.pipeline.collect import collect
from health_assets.pipeline.measure import measure
from health_assets.sources import training_jobs
from health_assets.sources.results import reading
from health_assets.sources.results.client import LARGEST_BYTES
from health_assets.sources.training_jobs.settings import Settings
from health_assets_tests.sources.results.documents import HOUR, NOW, evaluated, milestone, put, training
from health_assets_tests.sources.results.held import fetch_into, runtime_of

SOURCE = training_jobs.SOURCE
METRIC = "training.local.checkpoint_success_24h"


@pytest.fixture
def folder(tmp_path):
    place = tmp_path / "results"
    place.mkdir()
    return place


@pytest.fixture
def runtime(tmp_path, folder):
    with runtime_of(SOURCE, Settings(results=str(folder)), folder=tmp_path, clock=lambda: NOW) as opened:
        yield opened


@pytest.fixture
def fetch(runtime, folder):
    return lambda **changes: fetch_into(runtime, SOURCE, Settings(results=str(folder)), **changes)


def names(batch):
    return [record.key for record in batch.records]


def test_a_first_fetch_reads_every_document_once(folder, fetch):
    put(folder, "a", training())
    put(folder, "b", training())
    batch = fetch()
    assert (["a.json", "b.json"], 3) == (sorted(names(batch)), batch.requests)


def test_a_steady_tick_lists_once_and_reads_nothing(folder, fetch):
    put(folder, "a", training())
    fetch()
    batch = fetch()
    assert ([], 1) == (names(batch), batch.requests)


def test_only_what_is_new_or_changed_is_read(folder, fetch):
    put(folder, "a", training())
    put(folder, "b", training(), changed=NOW - HOUR)
    fetch()
    put(folder, "b", training(exit_code=1), changed=NOW)
    put(folder, "c", training())
    assert ["b.json", "c.json"] == sorted(names(fetch()))


def test_two_hundred_new_documents_cost_a_request_each_and_one_more(folder, fetch):
    for number in range(200):
        put(folder, f"{number}", training())
    assert 201 == fetch().requests


def test_settled_days_make_no_request(folder, fetch):
    fetch(days=3, back=2)
    assert 0 == fetch(days=3, back=2).requests


def test_a_refetch_reads_everything_again(folder, fetch):
    put(folder, "a", training())
    fetch(back=2)
    assert ["a.json"] == names(fetch(back=2, refetch=True))


def test_coverage_holds_the_days_and_their_look_back(folder, fetch):
    put(folder, "a", training())
    held = {one.day: one.fetched for one in fetch(days=2).coverage}
    assert {"2026-03-16": 0, "2026-03-17": 0, "2026-03-18": 1} == held


def test_a_malformed_document_is_named_and_the_others_stay(folder, fetch):
    put(folder, "bad", '{"schema_version": 1,')
    put(folder, "good", training())
    put(folder, "other", evaluated())
    batch = fetch()
    assert ["good.json"] == names(batch)
    assert {"bad.json", "other.json"} == {one.key for one in batch.rejections}


def test_a_malformed_document_is_named_again_until_it_is_mended(folder, fetch):
    put(folder, "bad", "{")
    fetch()
    assert ["bad.json"] == [one.key for one in fetch().rejections]
    put(folder, "bad", training())
    batch = fetch()
    assert (["bad.json"], ()) == (names(batch), batch.rejections)


def test_what_is_far_too_large_is_not_read(folder, fetch):
    put(folder, "huge", " " * (LARGEST_BYTES + 1))
    batch = fetch()
    assert (1, ["huge.json"]) == (batch.requests, [one.key for one in batch.rejections])


def test_other_files_and_unfinished_ones_are_left_alone(folder, fetch):
    (folder / "notes.txt").write_text("x")
    (folder / ".a.json.unfinished").write_text("{")
    (folder / ".hidden.json").write_text("{")
    (folder / "sub.json").mkdir()
    batch = fetch()
    assert ([], ()) == (names(batch), batch.rejections)


def test_an_absent_directory_is_a_failure_with_a_hint(folder, fetch):
    folder.rmdir()
    with pytest.raises(SourceError, match="there is no such directory") as caught:
        fetch()
    assert (Cause.NOT_FOUND, True) == (caught.value.cause, "health-assets report" in caught.value.hint)


def test_a_file_in_place_of_the_directory_is_a_failure(folder, fetch):
    folder.rmdir()
    folder.write_text("{}")
    with pytest.raises(SourceError, match="is a file"):
        fetch()


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_directory_that_may_not_be_listed_is_no_empty_one(folder, fetch):
    folder.chmod(0)
    try:
        with pytest.raises(SourceError) as caught:
            fetch()
    finally:
        folder.chmod(0o700)
    assert Cause.PERMISSION == caught.value.cause


def test_nothing_is_asked_for_after_the_deadline(folder, fetch):
    with pytest.raises(SourceError) as caught:
        fetch(deadline=time.monotonic() - 1)
    assert (Cause.DEADLINE, 0) == (caught.value.cause, caught.value.requests)


def test_a_flood_is_read_in_parts_and_says_so(folder, fetch, monkeypatch):
    monkeypatch.setattr(reading, "MOST_DOCUMENTS", 2)
    for number in range(3):
        put(folder, f"{number}", training(), changed=NOW + number * HOUR)
    first = fetch()
    assert ["1.json", "2.json"] == sorted(names(first))
    assert {True} == {one.truncated for one in first.coverage}
    second = fetch()
    assert (["0.json"], {False}) == (names(second), {one.truncated for one in second.coverage})


def test_a_removed_document_stays_a_fact(folder, fetch, runtime):
    put(folder, "a", training())
    fetch()
    (folder / "a.json").unlink()
    fetch()
    kept = runtime.store.read_records(SOURCE.kinds[0], scope=str(folder), since=NOW - timedelta(days=2), until=NOW)
    assert ["a.json"] == list(kept["name"])


def test_a_result_that_arrives_late_counts_on_its_own_day(folder, runtime):
    ended = NOW - timedelta(days=1)
    put(folder, "late", training(ended=ended, checkpoint=milestone(ended)), changed=NOW)
    days = runtime.days(2)
    collect(runtime, SOURCE.name, days=days[1:])
    measure(runtime, SOURCE.name, days=days)
    values = [runtime.store.read_observation(METRIC, scope=str(folder), day=day.key).value for day in days]
    assert [1.0, 0.0] == values


def test_a_day_without_documents_is_nought_only_when_it_was_listed(folder, runtime):
    days = runtime.days(1)
    collect(runtime, SOURCE.name, days=days)
    measure(runtime, SOURCE.name, days=days)
    assert 0.0 == runtime.store.read_observation(METRIC, scope=str(folder), day=days[0].key).value


def test_an_absent_directory_is_no_nought(folder, runtime):
    folder.rmdir()
    days = runtime.days(1)
    collected = collect(runtime, SOURCE.name, days=days)
    measure(runtime, SOURCE.name, days=days)
    observed = runtime.store.read_observation(METRIC, scope=str(folder), day=days[0].key)
    assert (None, Reason.SOURCE_FAILED, 1) == (observed.value, observed.reason, collected.collection.errors)


def test_doctor_counts_the_documents_or_says_what_to_do(folder):
    settings = Settings(results=str(folder))
    put(folder, "a", training())
    assert [(True, "readable, 1 documents")] == [(one.ok, one.detail) for one in SOURCE.diagnose(settings)]
    (folder / "a.json").unlink()
    folder.rmdir()
    assert [False] == [one.ok for one in SOURCE.diagnose(settings)]


def test_results_are_events():
    assert Mode.EVENT == SOURCE.kinds[0].mode


@pytest.mark.parametrize("results", ["ftp://host/x", "s3://key:secret@bucket/x"])
def test_an_address_that_cannot_be_used_is_refused(results):
    with pytest.raises(ValueError, match=r"neither a directory|credentials do not belong"):
        Settings(results=results)

"""The demo's result files: the same past whenever they are written, with bad days, read by the real sources."""

import json
from datetime import UTC, datetime, timedelta

import jsonschema
import numpy as np
import pytest

from health_assets.pipeline.collect import collect
from health_assets.pipeline.measure import measure
from health_assets.sandbox.results import write_results
from health_assets.sandbox.results.demo import EVALUATIONS, TRAINING
from health_assets.scoring.catalogue import load_catalogue
from health_assets.scoring.score import score_values
from health_assets.sources import evals, training_jobs
from health_assets.sources.results.document import result_schema
from health_assets_tests.sources.results.held import runtime_of

NOW = datetime(2026, 3, 18, 23, tzinfo=UTC)


def files(folder):
    return {file.relative_to(folder).as_posix(): file.read_text() for file in folder.rglob("*") if file.is_file()}


def test_a_later_start_writes_the_same_past(tmp_path):
    write_results(tmp_path / "a", now=NOW)
    write_results(tmp_path / "b", now=NOW + timedelta(days=1))
    first, second = files(tmp_path / "a"), files(tmp_path / "b")
    shared = first.keys() & second.keys()
    assert len(shared) > 150
    assert {name: first[name] for name in shared} == {name: second[name] for name in shared}


def test_nothing_is_there_before_its_job_has_ended(tmp_path):
    write_results(tmp_path, now=NOW)
    ends = [datetime.fromisoformat(json.loads(text)["finished_at"]) for text in files(tmp_path).values()]
    assert max(ends) <= NOW


def test_a_second_call_writes_only_what_is_new(tmp_path):
    write_results(tmp_path, now=NOW)
    assert 0 == write_results(tmp_path, now=NOW)
    assert 0 < write_results(tmp_path, now=NOW + timedelta(days=1))


def test_every_document_is_of_the_published_form(tmp_path):
    write_results(tmp_path, now=NOW, days=8)
    for text in files(tmp_path).values():
        jsonschema.validate(json.loads(text), result_schema())


@pytest.mark.parametrize(("source", "folder"), [(training_jobs.SOURCE, TRAINING), (evals.SOURCE, EVALUATIONS)])
def test_any_seven_days_of_the_rows_have_good_and_bad_ones(tmp_path, source, folder):
    write_results(tmp_path, now=NOW, days=30)
    settings = source.settings(results=str(tmp_path / folder))
    rows = [fom for fom in load_catalogue(known_metrics=None) if fom.metric in _names(source)]
    assert len(rows) == len(_names(source))
    with runtime_of(source, settings, folder=tmp_path, clock=lambda: NOW) as runtime:
        days = runtime.days(20)
        assert () == collect(runtime, source.name, days=days).collection.failures
        measure(runtime, source.name, days=days)
        frame = runtime.store.read_observations(metrics=_names(source), days=[day.key for day in days])
    for fom in rows:
        values = frame[frame["metric"] == fom.metric].sort_values("day")["value"].to_numpy(dtype=float)
        scores = score_values(fom, values)
        for start in range(len(scores) - 6):
            week = scores[start : start + 7]
            assert np.nanmin(week) < 0.3, fom.name
            assert np.nanmax(week) >= 0.7, fom.name


def _names(source):
    return [metric.name for family in source.families for metric in family.metrics]

"""What counts as a checkpoint and as a resume."""

from datetime import timedelta

import pytest

from health_assets.model.metric import History
from health_assets.sources import training_jobs
from health_assets.sources.training_jobs.records import JOBS
from health_assets.sources.training_jobs.settings import Settings
from health_assets_tests.sources.results.documents import HOUR, NOW, milestone, training
from health_assets_tests.sources.results.views import measured, view_of

CHECKPOINT = "training.local.checkpoint_success_24h"
RESUME = "training.local.resume_success_24h"
DAY = timedelta(days=1)


def value(name, *documents, **settings):
    seen = view_of(JOBS, documents, settings=Settings(results="x", **settings), at=NOW)
    return measured(training_jobs.SOURCE, name, seen).value


def job(at, *, step=10_000, key="checkpoint", **changes):
    return training(ended=at + HOUR / 30, started_at=(at - HOUR).isoformat(), **{key: milestone(at, step)}, **changes)


def test_the_metrics_are_those_of_the_specification():
    declared = {metric.name: (metric.unit, metric.history) for metric in training_jobs.SOURCE.families[0].metrics}
    assert dict.fromkeys((CHECKPOINT, RESUME), ("job", History.RECONSTRUCTED)) == declared


def test_checkpoints_of_the_24_hours_up_to_t_count():
    inside, edge, too_old, later = NOW - HOUR, NOW, NOW - DAY, NOW + HOUR
    assert 2 == value(CHECKPOINT, job(inside), job(edge), job(too_old), job(later))


def test_a_checkpoint_counts_whatever_became_of_the_job():
    assert 1 == value(CHECKPOINT, job(NOW - HOUR, exit_code=137))


def test_a_job_without_a_checkpoint_does_not_count():
    assert 0 == value(CHECKPOINT, training())


def test_a_checkpoint_before_the_configured_step_does_not_count():
    early = job(NOW - HOUR, step=9_999)
    assert [0, 1] == [value(CHECKPOINT, early), value(CHECKPOINT, early, checkpoint_step=5_000)]


@pytest.mark.parametrize("where", ["remote", "Somewhere"])
def test_only_local_jobs_count(where):
    assert 0 == value(CHECKPOINT, job(NOW - HOUR, where=where))


def test_local_is_local_in_any_case():
    assert 1 == value(CHECKPOINT, job(NOW - HOUR, where="Local"))


def test_resumes_of_the_24_hours_up_to_t_count():
    assert 1 == value(RESUME, job(NOW - HOUR, key="resume"), job(NOW - DAY, key="resume"), job(NOW - HOUR))


def test_nothing_at_all_is_nought():
    assert [0, 0] == [value(CHECKPOINT), value(RESUME)]


def test_the_evidence_names_job_and_step():
    seen = view_of(JOBS, [job(NOW - HOUR, url="https://example.invalid/1")], settings=Settings(results="x"), at=NOW)
    (piece,) = measured(training_jobs.SOURCE, CHECKPOINT, seen).evidence
    assert ("arena", "https://example.invalid/1", NOW - HOUR, "checkpoint at step 10,000") == (
        piece.label,
        piece.url,
        piece.at,
        piece.note,
    )

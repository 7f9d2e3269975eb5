"""What counts as a successful evaluation, and how far off its hearts are."""

from datetime import timedelta

import pytest

from health_assets.model.metric import History
from health_assets.model.reason import Reason
from health_assets.sources import evals
from health_assets.sources.evals.records import EVALUATIONS
from health_assets.sources.evals.settings import Settings
from health_assets_tests.sources.results.documents import HOUR, NOW, evaluated
from health_assets_tests.sources.results.views import measured, view_of

DAY = timedelta(days=1)
SPECIFIED = {
    "eval.local.success_24h": "run",
    "eval.local.hearts_accuracy_pct": "percent",
    "eval.remote.success_24h": "run",
    "eval.remote.hearts_accuracy_pct": "percent",
    "eval.remote.duration_minutes": "minute",
}


def found(name, *documents):
    seen = view_of(EVALUATIONS, documents, settings=Settings(results="x"), at=NOW)
    return measured(evals.SOURCE, f"eval.{name}", seen)


def remote(**changes):
    return evaluated(where="remote", **changes)


def test_the_metrics_are_those_of_the_specification():
    declared = [metric for family in evals.SOURCE.families for metric in family.metrics]
    assert SPECIFIED == {metric.name: metric.unit for metric in declared}
    assert {History.RECONSTRUCTED} == {metric.history for metric in declared}


def test_local_successes_of_the_24_hours_up_to_t_count():
    documents = [evaluated(), evaluated(ended=NOW), evaluated(ended=NOW - DAY), evaluated(ended=NOW + HOUR)]
    assert 2 == found("local.success_24h", *documents).value


def test_a_failed_run_is_no_success_but_was_looked_at():
    seen = found("local.success_24h", evaluated(exit_code=1))
    assert (0, 1) == (seen.value, seen.samples)


def test_local_and_remote_do_not_mix():
    documents = [evaluated(), remote(), remote()]
    assert [1, 2] == [found(f"{where}.success_24h", *documents).value for where in ("local", "remote")]


def test_a_remote_result_that_could_not_be_fetched_is_no_success():
    assert 0 == found("remote.success_24h", remote(result_fetched=False)).value


@pytest.mark.parametrize("where", ["local", "remote"])
def test_the_difference_is_in_percent_of_the_expected_hearts(where):
    document = evaluated(where=where, hearts={"measured": 0.5, "expected": 0.4})
    assert pytest.approx(25) == found(f"{where}.hearts_accuracy_pct", document).value


def test_less_than_expected_is_as_far_off_as_more():
    assert pytest.approx(10) == found("local.hearts_accuracy_pct", evaluated()).value


def test_the_latest_success_counts_and_no_failure_after_it():
    first = evaluated(ended=NOW - 3 * HOUR, hearts={"measured": 1.0, "expected": 1.0})
    second = evaluated(ended=NOW - 2 * HOUR, hearts={"measured": 1.5, "expected": 1.0})
    third = evaluated(ended=NOW - HOUR, exit_code=1, hearts={"measured": 0.0, "expected": 1.0})
    assert pytest.approx(50) == found("local.hearts_accuracy_pct", second, third, first).value


def test_the_latest_success_without_hearts_is_not_replaced_by_an_earlier_one():
    missing = found("local.hearts_accuracy_pct", evaluated(ended=NOW - 2 * HOUR), evaluated(hearts=None))
    assert (None, Reason.NO_DATA) == (missing.value, missing.reason)


def test_the_duration_is_that_of_the_latest_remote_success():
    assert pytest.approx(10) == found("remote.duration_minutes", remote(), evaluated(ended=NOW)).value


@pytest.mark.parametrize("name", ["local.hearts_accuracy_pct", "remote.hearts_accuracy_pct", "remote.duration_minutes"])
def test_nothing_succeeded_is_no_data(name):
    failed = [evaluated(exit_code=1), remote(exit_code=1)]
    assert [(None, Reason.NO_DATA)] * 2 == [(one.value, one.reason) for one in (found(name), found(name, *failed))]

"""Whatever a service answers: what is shown is true or missing with a reason, and the next good tick repairs it."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from health_assets.model.observation import Observation
from health_assets.model.reason import Reason
from health_assets_tests.pipeline.fault_matrix import DEADLINE, DEADLINES, Matrix, Outcome, fault_matrix
from health_assets_tests.pipeline.matrix_cases import MATRIX

#: A deadline is kept by a thread's wake-up on a busy machine.
SLACK = 1.5


@pytest.fixture(scope="module")
def matrix(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Matrix]:
    with fault_matrix(tmp_path_factory.mktemp("matrix")) as running:
        yield running


@pytest.fixture(scope="module", params=MATRIX, ids=": ".join)
def outcome(request: pytest.FixtureRequest, matrix: Matrix) -> Outcome:
    return matrix.outcome(*request.param)


def plain(seen: Observation | None) -> Observation | None:
    """Without the evidence, whose links hold the address of a service."""
    return seen and replace(seen, evidence=())


def test_an_observation_is_true_or_missing_because_of_the_fault(outcome: Outcome) -> None:
    found = [seen for key, seen in outcome.found.today.items() if seen != outcome.truth.today[key]]
    reasons = {None if seen is None else seen.reason for seen in found}
    assert {Reason.SOURCE_FAILED, Reason.TRUNCATED} >= reasons


def test_no_cell_has_a_better_score_or_a_wrong_colour(outcome: Outcome) -> None:
    assert ([], []) == (outcome.better, outcome.wrong)


def test_the_day_before_keeps_its_values_until_it_is_final(outcome: Outcome) -> None:
    final = {key: plain(seen) for key, seen in outcome.truth.yesterday.items()}
    found = {key: plain(seen) for key, seen in outcome.found.yesterday.items()}
    other = {key: seen for key, seen in found.items() if seen not in (plain(outcome.before.get(key)), final[key])}
    # a store that began with the fault has nothing to keep
    assert set() == {key for key, seen in other.items() if outcome.before or (seen and seen.value is not None)}


def test_a_fault_is_told(outcome: Outcome) -> None:
    assert outcome.found.collection.errors > 0


def test_a_failing_collection_ends_within_its_deadline(outcome: Outcome) -> None:
    assert outcome.found.collection.duration_seconds < DEADLINES.get(outcome.source, DEADLINE) + SLACK


def test_the_next_good_tick_leaves_what_a_store_without_faults_has(outcome: Outcome) -> None:
    assert {} == outcome.unrepaired

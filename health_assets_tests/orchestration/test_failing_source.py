"""A failing source in Dagster: told by a failed check, and everything else of the run still happens."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import dagster as dg
import pytest

from health_assets.orchestration.records import CHECK
from health_assets.sandbox import faults
from health_assets.sources.github.records import KINDS
from health_assets_tests.orchestration.conftest import Stage, rematerialise
from health_assets_tests.pipeline.outages import HOUR, adapted
from health_assets_tests.worlds import REPOSITORY

TOKEN = "ghs_t0psecret"
TOKEN_VARIABLE = "HEALTH_TEST_TOKEN"
PAGE = dg.AssetKey(["publish", "page"])
STALE_PRS = dg.AssetKey(["fom", "ci", "stale_prs"])
KIND_NAMES = {kind.name for kind in KINDS}
RUN_KINDS = {"workflow_runs", "run_timeouts", "default_branch_runs"}


@dataclass(frozen=True)
class Case:
    """What goes wrong, what the check has to say, and the kinds that are not complete."""

    fault: faults.Fault
    says: str
    kinds: set[str]
    path: str = ""


CASES: Mapping[str, Case] = {
    "401": Case(faults.refused(401, f"{TOKEN} is bad"), "make a new one and set its environment variable", KIND_NAMES),
    "trickling body": Case(faults.trickle(), "deadline_seconds", KIND_NAMES),
    "missing page": Case(faults.empty_page(), "runs were listed", RUN_KINDS, path="/actions/runs"),
}


@dataclass(frozen=True)
class Outage:
    """A good run, a failing one six hours later, and a good one an hour after that."""

    case: Case
    good: dg.ExecuteInProcessResult
    failing: dg.ExecuteInProcessResult
    page: str
    page_before: str
    repaired: dg.ExecuteInProcessResult
    log: str


@pytest.fixture(scope="module", params=CASES)
def outage(request: pytest.FixtureRequest, stages: Callable[..., Stage]) -> Iterator[Outage]:
    case = CASES[request.param]
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(TOKEN_VARIABLE, TOKEN)
        stage = stages(token={"env": TOKEN_VARIABLE})
        patient = stage.runtime
        good, before = stage.collect(), stage.page
        stage.runtime, stage.now = adapted(patient, deadline_seconds=1), stage.now + 6 * HOUR
        stage.server.faults.add(case.fault, path=case.path)
        failing, page = stage.collect(), stage.page
        stage.server.faults.clear()
        stage.runtime, stage.now = patient, stage.now + HOUR
        repaired = stage.collect()
        events = stage.instance.all_logs(failing.run_id)
        yield Outage(case, good, failing, page, before, repaired, "".join(map(repr, events)))


def complete_checks(result: dg.ExecuteInProcessResult) -> dict[str, dg.AssetCheckEvaluation]:
    """The check `complete` by record kind."""
    return {
        found.asset_key.path[-1]: found for found in result.get_asset_check_evaluations() if found.check_name == CHECK
    }


def materialised(result: dg.ExecuteInProcessResult) -> set[dg.AssetKey]:
    return {event.asset_key for event in result.get_asset_materialization_events() if event.asset_key is not None}


def test_the_run_succeeds_although_the_source_failed(outage: Outage) -> None:
    assert outage.failing.success


def test_everything_is_materialised_as_in_a_good_run(outage: Outage) -> None:
    assert {"records", "raw", "fom", "publish"} == {key.path[0] for key in materialised(outage.failing)}
    assert materialised(outage.good) == materialised(outage.failing)


def test_the_check_fails_with_an_error_that_says_what_to_do(outage: Outage) -> None:
    failed = {kind: found for kind, found in complete_checks(outage.failing).items() if not found.passed}
    assert outage.case.kinds == set(failed)
    for found in failed.values():
        assert dg.AssetCheckSeverity.ERROR == found.severity
        assert REPOSITORY in str(found.description)
        assert outage.case.says in str(found.description)


def test_a_failed_check_stops_nothing(outage: Outage) -> None:
    assert {False} == {found.blocking for found in complete_checks(outage.failing).values()}


def test_the_page_is_written_anew(outage: Outage) -> None:
    assert outage.page_before != outage.page
    assert "2026-03-18 15:00 UTC" in outage.page


def test_the_next_good_run_passes_all_checks(outage: Outage) -> None:
    assert {True} == {found.passed for found in complete_checks(outage.repaired).values()}


def test_neither_events_nor_page_tell_the_token(outage: Outage) -> None:
    assert TOKEN not in outage.log
    assert TOKEN not in outage.page


def requested(stage: Stage, cursor: Any = None) -> tuple[int, Any]:
    """How often the automation asks for the page now, and the cursor for the next evaluation."""
    result = dg.evaluate_automation_conditions(
        stage.definitions, stage.instance, cursor=cursor, asset_selection=dg.AssetSelection.assets(PAGE)
    )
    return result.get_num_requested(PAGE), result.cursor


@pytest.fixture
def published(stages: Callable[..., Stage]) -> tuple[Stage, Any]:
    """A stage after a good run, with the automation's cursor after it."""
    stage = stages()
    _, cursor = requested(stage)
    assert stage.collect().success
    count, cursor = requested(stage, cursor)
    assert 0 == count, "the page of this run is the newest there can be"
    return stage, cursor


def test_a_score_rematerialised_by_hand_is_published_once(published: tuple[Stage, Any]) -> None:
    stage, cursor = published
    assert rematerialise(stage, STALE_PRS, partition_key="2026-03-18").success
    first, cursor = requested(stage, cursor)
    assert rematerialise(stage, PAGE).success
    second, _ = requested(stage, cursor)
    assert (1, 0) == (first, second)


def test_a_bug_in_a_measure_fails_the_run_loudly(published: tuple[Stage, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    stage, _ = published
    monkeypatch.setattr("health_assets.orchestration.raw.measure", raising)
    stage.now += HOUR
    result = stage.collect()
    assert not result.success
    (failure,) = [event for event in result.all_events if event.is_step_failure]
    assert "measure_github" == failure.step_key
    assert "a bug" in str(failure.step_failure_data.error)


def test_scores_that_changed_in_a_run_that_raised_are_published_once(
    published: tuple[Stage, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    stage, cursor = published
    report = "health_assets.orchestration.foms._check"
    with monkeypatch.context() as patch:
        patch.setattr(report, raising)
        stage.now += HOUR
        assert not stage.collect().success
    first, cursor = requested(stage, cursor)
    assert rematerialise(stage, PAGE).success
    second, _ = requested(stage, cursor)
    assert (1, 0) == (first, second)


def raising(*_: object, **__: object) -> None:
    raise RuntimeError("a bug")

"""A range of days in one run: numbers for each day, restated days told, and a part of it made again."""

from collections.abc import Callable, Iterator
from dataclasses import replace

import dagster as dg
import pytest

from health_assets.grid.colour import colour_of
from health_assets.orchestration.schedules import range_tags
from health_assets.sandbox.github.world import Commit
from health_assets.sandbox.server import SandboxServer
from health_assets_tests.orchestration.conftest import Stage, rematerialise
from health_assets_tests.pipeline.outages import DAY, HOUR, MORNING, busy_repository
from health_assets_tests.worlds import REPOSITORY

DAYS = ["2026-03-16", "2026-03-17", "2026-03-18"]
COMMITS = dg.AssetKey(["raw", "github", "commits"])
HOTFIXES = dg.AssetKey(["fom", "ci", "hotfix_count"])
REVERTS = dg.AssetKey(["fom", "ci", "revert_count"])
PAGE = dg.AssetKey(["publish", "page"])

Numbers = dict[str, dict[str, object]]


@pytest.fixture(scope="module")
def filled(stages: Callable[..., Stage]) -> tuple[Stage, dg.ExecuteInProcessResult]:
    """A stage after a backfill of DAYS."""
    stage = stages(window_days=3)
    return stage, stage.collect(tags=range_tags(DAYS[0], DAYS[-1]))


def numbers(result: dg.ExecuteInProcessResult, key: dg.AssetKey) -> Numbers:
    """Metadata values of an asset's materialisations by day; those that say nothing by themselves are left out."""
    found: Numbers = {}
    for event in result.get_asset_materialization_events():
        if event.asset_key == key:
            values = {name: value.value for name, value in event.materialization.metadata.items()}
            found.setdefault(str(event.partition), {}).update(values)
    return found


def test_one_run_materialises_every_day_of_the_range(filled: tuple[Stage, dg.ExecuteInProcessResult]) -> None:
    _, result = filled
    assert result.success
    events = [event for event in result.get_asset_materialization_events() if event.asset_key != PAGE]
    by_asset: dict[dg.AssetKey, set[str]] = {}
    for event in events:
        assert event.asset_key is not None
        by_asset.setdefault(event.asset_key, set()).add(str(event.partition))
    # the window is measured a day beyond what the grid shows, and that day is told as restated
    assert {tuple(DAYS)} == {tuple(sorted(days & set(DAYS))) for days in by_asset.values()}


def test_each_day_has_its_own_numbers_of_raw_metrics(filled: tuple[Stage, dg.ExecuteInProcessResult]) -> None:
    stage, result = filled
    found = numbers(result, COMMITS)
    for day in DAYS:
        stored = stage.runtime.store.read_observation("github.commits.hotfix", scope=REPOSITORY, day=day)
        assert stored is not None
        assert stored.value == found[day]["commits.hotfix"]
        assert isinstance(found[day]["values"], int)


def test_each_day_has_its_own_score_value_and_colour(filled: tuple[Stage, dg.ExecuteInProcessResult]) -> None:
    stage, result = filled
    found = numbers(result, HOTFIXES)
    scores = stage.runtime.store.read_scores(foms=["health.ci.hotfix_count.fom"], days=DAYS).set_index("day")
    for day in DAYS:
        assert scores.loc[day, "score"] == found[day]["score"]
        assert scores.loc[day, "value"] == found[day]["value"]
        assert colour_of(scores.loc[day, "score"]).value == found[day]["colour"]


def test_the_page_is_published_once_for_the_whole_range(filled: tuple[Stage, dg.ExecuteInProcessResult]) -> None:
    _, result = filled
    assert 1 == sum(event.asset_key == PAGE for event in result.get_asset_materialization_events())


def test_one_score_can_be_made_again_for_a_part_of_the_range(
    filled: tuple[Stage, dg.ExecuteInProcessResult],
) -> None:
    stage, _ = filled
    requests = len(stage.server.requests)
    again = rematerialise(stage, REVERTS, tags=range_tags(DAYS[0], DAYS[1]))
    assert set(DAYS[:2]) == set(numbers(again, REVERTS))
    assert {REVERTS} == {event.asset_key for event in again.get_asset_materialization_events()}
    assert requests == len(stage.server.requests)


@pytest.fixture
def late_commit(server: SandboxServer) -> Iterator[Commit]:
    """A hotfix of the 16th that is pushed after the backfill of that day."""
    world = busy_repository(REPOSITORY, seed=1)
    late = Commit(
        sha="f" * 40,
        committed_at=MORNING - 2 * DAY,
        pushed_at=MORNING + HOUR / 2,
        subject="hotfix: late",
        author_login="dev1",
        additions=1,
        deletions=1,
        paths=["late.py"],
    )
    served = server.github.repositories
    server.github.repositories = {REPOSITORY: replace(world, commits=[*world.commits, late])}
    yield late
    server.github.repositories = served


def test_days_that_late_facts_change_are_materialised_as_restated(
    filled: tuple[Stage, dg.ExecuteInProcessResult], late_commit: Commit
) -> None:
    stage, _ = filled
    day = "2026-03-16"
    before = stage.runtime.store.read_observation("github.commits.hotfix", scope=REPOSITORY, day=day)
    stage.now = MORNING + HOUR
    result = stage.collect()
    after = stage.runtime.store.read_observation("github.commits.hotfix", scope=REPOSITORY, day=day)
    assert before is not None
    assert after is not None
    assert before.value is not None
    assert before.value + 1 == after.value
    told = {
        str(event.partition): str(event.materialization.description)
        for event in result.get_asset_materialization_events()
        if event.asset_key == COMMITS and event.partition != "2026-03-18"
    }
    assert {"2026-03-16": "restated: facts arrived late", "2026-03-17": "restated: facts arrived late"} == told
    assert after.value == numbers(result, COMMITS)[day]["commits.hotfix"]

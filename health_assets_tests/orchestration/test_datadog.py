"""Datadog's publishers as assets: what Datadog refuses fails a check and no run."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import dagster as dg
import pytest

from health_assets.orchestration.build import build_definitions
from health_assets.sandbox import faults
from health_assets_tests.datadog.stage import Stage, staged

KEYS = [dg.AssetKey(["publish", "datadog", name]) for name in ("metrics", "dashboards", "monitors")]


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    """One row with a value, and a Datadog."""
    with staged(tmp_path) as opened:
        opened.observe(0.9)
        yield opened


def published(stage: Stage, *keys: dg.AssetKey) -> dg.ExecuteInProcessResult:
    """What a tick, or the button in the UI, does for these assets."""
    found = build_definitions(stage.runtime.project, clock=lambda: stage.now, first_day=date(2026, 3, 1))
    return dg.materialize(
        list(found.assets or ()), selection=list(keys or KEYS), resources=found.resources, raise_on_error=False
    )


def checks(result: dg.ExecuteInProcessResult) -> dict[str, bool]:
    """Last part of the asset's key -> whether its check passed."""
    return {one.asset_key.path[-1]: one.passed for one in result.get_asset_check_evaluations()}


def test_a_run_publishes_everything_and_says_what(stage):
    result = published(stage)
    assert {"metrics": True, "dashboards": True, "monitors": True} == checks(result)
    (made,) = [one for one in result.asset_materializations_for_node("publish_datadog") if one.asset_key == KEYS[0]]
    assert 0 == made.metadata["waiting"].value
    assert 3 == len(stage.boards.dashboards)


def test_a_datadog_that_is_down_fails_the_checks_and_not_the_run(stage):
    stage.server.faults.add(faults.broken_connection(), path="/datadog/")
    result = published(stage)
    assert result.success
    assert {"metrics": False, "dashboards": False, "monitors": False} == checks(result)


def test_the_check_says_what_to_do(stage):
    stage.server.faults.add(faults.refused(403, "Forbidden"), path="/api/v1/monitor")
    (told,) = [one for one in published(stage).get_asset_check_evaluations() if not one.passed]
    assert ("monitors", True) == (told.asset_key.path[-1], "monitors_read" in str(told.description))


def test_one_of_them_can_be_published_alone(stage):
    published(stage, KEYS[1])
    assert (3, {}) == (len(stage.boards.dashboards), stage.boards.monitors)

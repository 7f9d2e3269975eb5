"""`health-assets datadog` against the stand-in."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from health_assets_tests.datadog.stage import NOW, Stage, staged


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    """A Datadog, and a folder whose health.yaml publishes there."""
    with staged(tmp_path) as opened:
        url = opened.server.url
        (tmp_path / "health.yaml").write_text(
            f"sources: {{github: {{repositories: [acme/rocket], api_url: {url}}}}}\n"
            f"publish: {{datadog: {{api_url: {url}/datadog, env: test}}}}\n"
        )
        yield opened


def command(run, tmp_path: Path, *arguments: str):
    return run("datadog", *arguments, folder=tmp_path, now=NOW.isoformat())


def test_diff_says_what_apply_would_do_and_writes_nothing(run, tmp_path, stage):
    result = command(run, tmp_path, "diff")
    assert (1, {}, {}) == (result.exit_code, stage.boards.dashboards, stage.boards.monitors)
    assert "widget_grid" in result.stdout
    assert "created" in result.stdout


def test_after_apply_nothing_differs(run, tmp_path, stage):
    assert [0, 0] == [command(run, tmp_path, what).exit_code for what in ("apply", "diff")]
    assert 3 == len(stage.boards.dashboards)


def test_a_change_by_hand_is_named(run, tmp_path, stage):
    command(run, tmp_path, "apply")
    next(iter(stage.boards.dashboards.values()))["title"] = "mine"
    result = command(run, tmp_path, "diff")
    assert 1 == result.exit_code
    assert "widget_grid: title" in result.stdout


def test_export_prints_what_is_sent(run, tmp_path, stage):
    command(run, tmp_path, "apply")
    exported = json.loads(command(run, tmp_path, "export", "widget_grid").stdout)
    (sent,) = [one for one in stage.boards.dashboards.values() if "widget grid" in one["title"]]
    assert (sent["title"], sent["description"]) == (exported["title"], exported["description"])


def test_monitors_are_exported_by_name(run, tmp_path, stage):
    assert "tests_failing" in json.loads(command(run, tmp_path, "export", "monitors").stdout)


def test_without_datadog_in_the_settings_it_says_what_to_add(run, tmp_path):
    (tmp_path / "health.yaml").write_text(
        "sources: {github: {repositories: [acme/rocket], api_url: http://127.0.0.1:9}}\n"
    )
    result = command(run, tmp_path, "diff")
    assert 2 == result.exit_code
    assert "publish.datadog: is not configured" in result.stderr
    assert "docs/datadog.md" in result.stderr


def test_a_datadog_that_is_not_reached_is_told(run, tmp_path):
    (tmp_path / "health.yaml").write_text(
        "sources: {github: {repositories: [acme/rocket], api_url: http://127.0.0.1:9}}\n"
        "publish: {datadog: {api_url: http://127.0.0.1:9/datadog}}\n"
    )
    result = command(run, tmp_path, "apply")
    assert 1 == result.exit_code
    assert "refused" in result.stderr

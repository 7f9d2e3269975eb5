"""The two backfills that need Dagster: one that works and one whose source refuses."""

import json
from pathlib import Path

import pytest

from health_assets_tests.commands.conftest import TOKEN, YESTERDAY


def test_a_backfill_fills_the_store_and_writes_the_page(run, empty):
    result = run("backfill", "--days", "2", folder=empty)
    assert (0, "") == (result.exit_code, result.stderr)
    assert f"backfilled {YESTERDAY} to 2026-03-04 as run " in result.stdout
    document = json.loads((empty / "var/site/grid.json").read_text())
    assert document == json.loads(run("grid", "--format", "json", folder=empty).stdout)


def test_a_refused_source_exits_1_says_why_and_leaves_no_secret_behind(run, empty):
    with (empty / "health.yaml").open("a") as file:
        file.write("    token: {env: ROCKET_TOKEN}\n")
    result = run("backfill", "--days", "1", folder=empty, ROCKET_TOKEN=TOKEN)
    assert 1 == result.exit_code
    assert "failed github acme/rocket (authentication)" in result.stderr
    assert TOKEN not in result.output
    assert [] == [str(file) for file in written(empty) if TOKEN.encode() in file.read_bytes()]


def written(folder: Path) -> list[Path]:
    files = [file for file in folder.rglob("*") if file.is_file()]
    assert {".db", ".html", ".json"} <= {file.suffix for file in files}
    return files


@pytest.mark.parametrize("home", ["nowhere", "/nowhere"])
def test_a_dagster_home_that_is_no_folder_is_named(run, empty, home):
    result = run("backfill", "--days", "1", folder=empty, DAGSTER_HOME=home)
    assert (2, "") == (result.exit_code, result.stdout)
    assert f"DAGSTER_HOME: {home} is not the absolute path of a folder" in result.stderr


@pytest.mark.parametrize("days", ["0", "401", "many"])
def test_days_that_are_no_count_are_refused(run, empty, days):
    assert 2 == run("backfill", "--days", days, folder=empty).exit_code

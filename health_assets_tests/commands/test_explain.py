import json

import pytest

from health_assets_tests.commands.conftest import YESTERDAY

STALE_PRS = "health.ci.stale_prs.fom"


def test_the_last_part_of_a_name_is_enough(run, filled):
    short = run("explain", "stale_prs", folder=filled)
    assert run("explain", STALE_PRS, folder=filled).stdout == short.stdout


def test_the_formula_stands_with_the_numbers_in(run, filled):
    assert "1 pull request -> 0.98" in run("explain", STALE_PRS, folder=filled).stdout


def test_the_way_to_the_next_colour_is_told_in_the_metrics_unit(run, filled):
    assert (
        "next colour: no longer green beyond 15 pull requests (+14)" in run("explain", STALE_PRS, folder=filled).stdout
    )


def test_evidence_comes_with_links_and_its_titles_are_no_markup(run, filled):
    shown = run("explain", STALE_PRS, folder=filled).stdout
    assert "[bold]old[/] work" in shown
    assert "/acme/rocket/pull/7" in shown


def test_json_agrees_with_the_cell_of_the_grid(run, filled):
    explained = json.loads(run("explain", STALE_PRS, "--day", "yesterday", "--format", "json", folder=filled).stdout)
    grid = json.loads(run("grid", "--format", "json", folder=filled).stdout)
    cells = next(row["cells"] for row in grid["rows"] if row["fom"] == STALE_PRS)
    cell = next(cell for cell in cells if cell["day"] == YESTERDAY)
    (scope,) = explained["scopes"]
    assert (cell["score"], cell["value"], cell["colour"]) == (scope["score"], scope["value"], explained["colour"])


def test_a_missing_value_comes_with_its_reason(run, empty):
    explained = json.loads(run("explain", STALE_PRS, "--format", "json", folder=empty).stdout)
    assert ("grey", "not_collected", None) == (
        explained["colour"],
        explained["scopes"][0]["reason"],
        explained["scopes"][0]["score"],
    )


@pytest.mark.parametrize("written", ["stale_pr", "stale", "health.ci.stale_prs", "prs_stale"])
def test_a_misspelt_row_gets_the_nearest_one_as_a_hint(run, filled, written):
    result = run("explain", written, folder=filled)
    assert (2, "") == (result.exit_code, result.stdout)
    assert "stale_prs" in result.stderr.splitlines()[1]

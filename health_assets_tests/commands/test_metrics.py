import csv
import io
import json

from health_assets.sources.registry import SOURCES
from health_assets_tests.commands.conftest import TODAY

DECLARED = {metric.name for family in SOURCES["github"].all_families for metric in family.metrics}


def listed(result):
    return {row["metric"]: row for row in json.loads(result.stdout)}


def test_every_declared_metric_has_a_line_for_today(run, filled):
    assert DECLARED == set(listed(run("metrics", "--format", "json", folder=filled)))


def test_a_value_stands_with_its_day_scope_and_instant(run, filled):
    row = listed(run("metrics", "github", "--format", "json", folder=filled))["github.prs.open"]
    assert (1.0, TODAY, "acme/rocket", "2026-03-04T12:00:00Z") == tuple(
        row[key] for key in ("value", "day", "scope", "as_of")
    )


def test_a_missing_value_is_null_beside_its_reason(run, filled):
    row = listed(run("metrics", "--day", "yesterday", "--format", "json", folder=filled))["github.branches.active"]
    assert (None, "not_reconstructible") == (row["value"], row["reason"])


def test_csv_leaves_a_missing_value_empty(run, filled):
    result = run("metrics", "--day", "yesterday", "--format", "csv", folder=filled)
    rows = {row["metric"]: row for row in csv.DictReader(io.StringIO(result.stdout))}
    assert "" == rows["github.branches.active"]["value"]


def test_the_table_names_every_metric_and_why_one_is_missing(run, filled):
    shown = run("metrics", "--day", "yesterday", folder=filled).stdout
    reconstructed = {name for name in DECLARED if not name.startswith("collector.")}
    assert set() == {name for name in reconstructed if name not in shown}
    assert "not_reconstructible: branches was not recorded on 2026-03-03" in shown


def test_a_day_without_observations_is_no_success(run, empty):
    result = run("metrics", "--format", "json", folder=empty)
    assert (1, []) == (result.exit_code, json.loads(result.stdout))
    assert "health-assets backfill --days 1 --end 2026-03-04" in result.stderr

import csv
import io
import json

from health_assets_tests.commands.conftest import TODAY, YESTERDAY


def test_the_grid_ends_with_today_and_has_seven_days(run, filled):
    document = json.loads(run("grid", "--format", "json", folder=filled).stdout)
    assert (7, TODAY) == (len(document["days"]), document["days"][-1]["day"])


def test_the_table_shows_every_cell_of_the_json_document(run, filled):
    document = json.loads(run("grid", "--format", "json", folder=filled).stdout)
    lines = run("grid", folder=filled).stdout.splitlines()
    for row in document["rows"]:
        line = next(line for line in lines if row["label"] in line)
        shown = [word for word in line.removeprefix(f"  {row['label']}").split() if word not in "●▲■○"]
        assert [cell["text"] for cell in row["cells"]] == shown


def test_csv_has_a_line_for_every_cell_of_the_json_document(run, filled):
    document = json.loads(run("grid", "--format", "json", folder=filled).stdout)
    lines = list(csv.DictReader(io.StringIO(run("grid", "--format", "csv", folder=filled).stdout)))
    expected = [(row["fom"], cell["day"], cell["text"]) for row in document["rows"] for cell in row["cells"]]
    assert expected == [(line["fom"], line["day"], line["text"]) for line in lines]


def test_days_and_end_choose_the_columns(run, filled):
    result = run("grid", "--days", "3", "--end", "yesterday", "--format", "json", folder=filled)
    assert ["2026-03-01", "2026-03-02", YESTERDAY] == [day["day"] for day in json.loads(result.stdout)["days"]]


def test_a_grid_of_nothing_collected_is_grey_and_says_so(run, empty):
    result = run("grid", folder=empty)
    assert "never collected: github" in result.stdout
    counts = json.loads(run("grid", "--format", "json", folder=empty).stdout)["counts"]
    assert {"grey"} == {colour for colour, count in counts.items() if count}


def test_a_grid_that_worked_says_nothing_on_stderr(run, filled):
    result = run("grid", folder=filled)
    assert (0, "") == (result.exit_code, result.stderr)


def test_a_new_row_has_its_stored_days_at_once(run, filled, tmp_path):
    row = "{label: Open, category: CI/CD, metric: github.prs.open, points: '0:1 2:0'}"
    (tmp_path / "health.yaml").write_text(
        (filled / "health.yaml").read_text() + f"foms: {{health.ci.open.fom: {row}}}\n"
    )
    document = json.loads(run("grid", "--format", "json", folder=tmp_path).stdout)
    cells = next(found["cells"] for found in document["rows"] if found["fom"] == "health.ci.open.fom")
    assert [] == [cell["day"] for cell in cells if cell["score"] is None]


def test_an_edited_threshold_shows_at_once(run, filled, tmp_path):
    changed = (filled / "health.yaml").read_text() + 'foms: {health.ci.stale_prs.fom: {points: "0:0 1:0.5"}}\n'
    (tmp_path / "health.yaml").write_text(changed)
    document = json.loads(run("grid", "--format", "json", folder=tmp_path).stdout)
    cells = next(row["cells"] for row in document["rows"] if row["fom"] == "health.ci.stale_prs.fom")
    assert {0.5} == {cell["score"] for cell in cells}

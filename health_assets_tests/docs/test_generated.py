"""What docs/generate.py writes is what stands in docs/."""

import json
import shutil
from pathlib import Path
from types import ModuleType

import jsonschema
import pytest

from health_assets.pipeline.runtime import all_metric_names
from health_assets.scoring.catalogue import load_catalogue
from health_assets.scoring.sources import source_of
from health_assets.sources.registry import SOURCES
from health_assets_tests.docs.pages import DOCS

FILES = ("metrics.md", "foms.md", "cli.md", "health.schema.json", "configuration.md")


@pytest.fixture
def generate(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """docs/generate.py as a module; docs/ is no package."""
    monkeypatch.syspath_prepend(str(DOCS))
    import generate

    return generate


@pytest.mark.parametrize("name", FILES)
def test_a_generated_file_is_up_to_date(generate, name):
    assert generate.generated()[name] == (DOCS / name).read_text(encoding="utf-8"), "run: make docs"


def test_no_other_file_is_generated(generate):
    assert set(FILES) == set(generate.generated())


def test_every_metric_has_a_row_with_a_definition(generate):
    rows = [line.split(" | ") for line in generate.metrics_page().splitlines() if line.startswith("| `")]
    defined = {row[0].strip("| `") for row in rows if len(row) == 5 and row[3].strip()}
    assert all_metric_names() == defined


def test_every_setting_says_what_it_means(generate):
    assert [] == [key.name for key in generate.settings_keys() if not key.meaning]


def test_every_row_of_the_catalogue_is_there_in_the_order_of_the_grid(generate):
    lines = [line for line in generate.foms_page().splitlines() if line.startswith("| **")]
    catalogue = load_catalogue(known_metrics=all_metric_names())
    assert [f"| **{fom.label}**<br>`{fom.name}`" for fom in catalogue] == [line.split(" | ")[0] for line in lines]


def test_rows_that_wait_for_a_source_say_so(generate):
    waiting = {fom.name for fom in load_catalogue(known_metrics=None) if source_of(fom.metric) not in SOURCES}
    lines = [line for line in generate.foms_page().splitlines() if "is not built yet |" in line]
    assert waiting == {line.split("`")[1] for line in lines}


def test_a_cell_of_a_table_cannot_break_its_row(generate):
    assert [r"| a \| b c |"] == list(generate._table(["head"], [["a | b\n c"]]))[2:]


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """docs/ with one file that is not what it should be."""
    folder = tmp_path / "docs"
    shutil.copytree(DOCS, folder, ignore=shutil.ignore_patterns("__pycache__", "images"))
    (folder / "metrics.md").write_text("old")
    return folder


def test_check_names_what_differs_and_writes_nothing(generate, copy, capsys):
    assert 1 == generate.run(["--check"], folder=copy)
    assert "docs/metrics.md is not what docs/generate.py writes; run: make docs\n" == capsys.readouterr().err
    assert "old" == (copy / "metrics.md").read_text()


def test_what_differs_is_written_and_then_nothing_does(generate, copy, capsys):
    assert 0 == generate.run([], folder=copy)
    assert "wrote docs/metrics.md\n" == capsys.readouterr().out
    assert 0 == generate.run(["--check"], folder=copy)


def test_an_option_it_does_not_know_is_wrong_use(generate, copy):
    assert 2 == generate.run(["--chek"], folder=copy)
    assert "old" == (copy / "metrics.md").read_text()


def test_a_page_that_has_lost_its_block_is_refused(generate):
    with pytest.raises(ValueError, match="has lost"):
        generate.with_block("# Configuration", "| key |")


def test_the_schema_refuses_a_key_that_settings_refuse(generate):
    schema = json.loads(generate.generated()["health.schema.json"])
    document = {"sources": {"github": {"repositories": ["acme/rocket"], "tokn": {"env": "TOKEN"}}}}
    with pytest.raises(jsonschema.ValidationError, match="tokn"):
        jsonschema.validate(document, schema)

"""The settings that the pages show are accepted, and the names that they explain are the code's."""

import json
import re
from collections.abc import Mapping
from typing import Any

import jsonschema
import pytest
import yaml

from health_assets.config import parse_settings, settings_schema
from health_assets.grid.wording import REASON_CODE
from health_assets.model.errors import Cause
from health_assets.model.reason import Reason
from health_assets.orchestration.build import build_definitions
from health_assets.pipeline.clock import clock_from
from health_assets.pipeline.runtime import all_metric_names, load_project
from health_assets.scoring.catalogue import load_catalogue
from health_assets_tests.docs.pages import DOCS, PAGES, ROOT, fences, name_of

#: What a block that shows other keys leaves out.
SOURCES = {"sources": {"github": {"repositories": ["acme/rocket"], "token": {"env": "GITHUB_TOKEN"}}}}
HEREDOC = re.compile(r"health\.yaml <<'END'\n(.*?)^END$", re.MULTILINE | re.DOTALL)
OTHER_FILES = ("# dagster.yaml\n", "# catalogue.yaml\n", "# monitors.yaml\n")
OPERATIONS = (DOCS / "operations.md").read_text(encoding="utf-8")


def settings_blocks() -> list[Any]:
    """(page and place, text) of every block that shows health.yaml."""
    found = []
    for page in PAGES:
        blocks = [text for language, text in fences(page) if language == "yaml" and not text.startswith(OTHER_FILES)]
        blocks += HEREDOC.findall(page.read_text(encoding="utf-8"))
        found += [pytest.param(text, id=f"{name_of(page)}-{place}") for place, text in enumerate(blocks, start=1)]
    return found


@pytest.mark.parametrize("text", settings_blocks())
def test_settings_that_are_shown_are_accepted(text):
    document: Mapping[str, Any] = {**SOURCES, **yaml.safe_load(text)}
    settings = parse_settings(document, origin="the example")
    load_catalogue(known_metrics=all_metric_names(), overrides=settings.foms)


@pytest.mark.parametrize("text", settings_blocks())
def test_the_schema_accepts_what_is_shown(text):
    # a date is a date in YAML and text in JSON
    document = json.loads(json.dumps(yaml.safe_load(text), default=str))
    jsonschema.validate({**SOURCES, **document}, settings_schema())


def test_the_catalogue_row_that_is_shown_is_accepted(tmp_path):
    (block,) = [text for _, text in fences(DOCS / "adding-a-fom.md") if text.startswith("# catalogue.yaml")]
    (tmp_path / "catalogue.yaml").write_text(block)
    (row,) = load_catalogue(known_metrics=all_metric_names(), file=tmp_path / "catalogue.yaml")
    assert ((4.0, 1.0), (24.0, 0.0)) == row.points


def test_every_environment_variable_of_the_code_is_explained():
    code = "\n".join(file.read_text(encoding="utf-8") for file in (ROOT / "health_assets").rglob("*.py"))
    used = set(re.findall(r'"(HEALTH_[A-Z_]+|DAGSTER_HOME)"', code))
    explained = set(re.findall(r"^\| `([A-Z_]+)` \|", (DOCS / "configuration.md").read_text(), re.MULTILINE))
    assert used == explained


@pytest.mark.parametrize("reason", Reason)
def test_every_reason_of_a_grey_cell_is_explained_with_its_word(reason):
    assert f"| `{REASON_CODE[reason]}` | `{reason.value}` |" in OPERATIONS


@pytest.mark.parametrize("cause", Cause)
def test_every_cause_of_a_failed_source_is_explained(cause):
    assert f"| `{cause.value}` |" in OPERATIONS


def test_every_check_schedule_and_sensor_is_explained(monkeypatch):
    definitions = build_definitions(load_project(environ={"HEALTH_SANDBOX": "1"}), clock=clock_from(None))
    names = {check.name for asset in definitions.assets or () for check in asset.check_specs}
    names |= {found.name for found in (*(definitions.schedules or ()), *(definitions.sensors or ()))}
    assert set() == {name for name in names if f"`{name}`" not in OPERATIONS}

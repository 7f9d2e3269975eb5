"""What the loader refuses, what health.yaml may change, and what the messages say."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from health_assets.model.errors import CatalogueError
from health_assets.model.fom import Fom
from health_assets.scoring.catalogue import load_catalogue, rows_of

STALE = "health.ci.stale_prs.fom"
NEW = "health.ci.branch_count.fom"
NEW_ROW = {"label": "Branches", "category": "CI/CD", "metric": "github.branches.active", "points": "0:1 2000:0"}

ROW = """
- name: health.ci.stale_prs.fom
  label: "Stale PRs"
  category: CI/CD
  metric: github.prs.stale_count_14d
  points: "0:1 50:0"
  condition: "< 20"
  why: "a queue"
"""


def load(text: str, folder: Path, **more: Any) -> tuple[Fom, ...]:
    file = folder / "rows.yaml"
    file.write_text(text, encoding="utf-8")
    return load_catalogue(known_metrics=None, file=file, **more)


def refused(text: str, folder: Path) -> str:
    with pytest.raises(CatalogueError) as caught:
        load(text, folder)
    return str(caught.value)


def override(changes: Mapping[str, Any], *, known: set[str] | None = None) -> dict[str, Fom]:
    foms = load_catalogue(known_metrics=known, overrides=changes)
    return {fom.name: fom for fom in foms}


def override_refused(changes: Mapping[str, Any], *, known: set[str] | None = None) -> str:
    with pytest.raises(CatalogueError) as caught:
        override(changes, known=known)
    return str(caught.value)


@pytest.mark.parametrize(
    ("points", "problem"),
    [
        ('"50:0 0:1"', "0 comes after 50: x must ascend"),
        ('"0:1 50:1.2"', "score 1.2 at 50 is outside [0, 1]"),
        ('"0:-0.1 50:1"', "score -0.1 at 0 is outside [0, 1]"),
        ('"0:1"', "needs 2 points or more, has 1"),
        ('""', "needs 2 points or more, has 0"),
        ('"0:1 inf:0"', "inf:0 is not an x:score pair of finite numbers"),
        ('"0:nan 1:0"', "0:nan is not an x:score pair of finite numbers"),
        ('"0:1 fifty:0"', "fifty:0 is not an x:score pair"),
        ('"0:1 50"', "50 is not an x:score pair"),
        ("[[0, 1], [50, yes]]", "[50, True] is not an x:score pair"),
        ("[[0, 1], [50, 0, 1]]", "[50, 0, 1] is not an x:score pair"),
        ("[[0, 1], [.inf, 0]]", "[inf, 0] is not an x:score pair"),
        ('"0:1 5:1 5:0.5 5:0"', "5 appears 3 times"),
        ('"5:1 5:0"', "both points are at 5"),
        ("7", "is int, expected text or a list"),
    ],
)
def test_points_that_cannot_score_are_refused_with_file_row_and_key(points: str, problem: str, tmp_path: Path) -> None:
    message = refused(ROW.replace('"0:1 50:0"', points), tmp_path)
    assert f"rows.yaml: {STALE}: points: " in message
    assert problem in message


@pytest.mark.parametrize("points", ['"0:1 30:0"', "[[0, 1], [30, 0]]"])
def test_points_are_written_as_text_or_as_lists(points: str, tmp_path: Path) -> None:
    (fom,) = load(ROW.replace('"0:1 50:0"', points), tmp_path)
    assert ((0.0, 1.0), (30.0, 0.0)) == fom.points


def test_a_name_may_appear_once(tmp_path: Path) -> None:
    assert f"{STALE}: name: appears twice" in refused(ROW + ROW, tmp_path)


def test_a_name_has_the_form_that_asset_keys_are_made_of(tmp_path: Path) -> None:
    message = refused(ROW.replace(STALE, "health.ci.Stale-PRs.fom"), tmp_path)
    assert "health.ci.Stale-PRs.fom: name: not of the form health.<area>.<name>.fom" in message


def test_a_name_ends_where_it_ends(tmp_path: Path) -> None:
    assert "name: not of the form" in refused(ROW.replace(f"name: {STALE}", f'name: "{STALE}\\n"'), tmp_path)


def test_an_unknown_key_is_refused_with_the_one_that_was_meant(tmp_path: Path) -> None:
    message = refused(ROW.replace("condition:", "conditon:"), tmp_path)
    assert f"{STALE}: conditon: cannot be set here (did you mean condition?)" in message


def test_an_unknown_category_is_refused_with_the_one_that_was_meant(tmp_path: Path) -> None:
    message = refused(ROW.replace("category: CI/CD", "category: CICD"), tmp_path)
    assert "category: there is no category 'CICD' (did you mean CI/CD?)" in message


def test_a_row_without_metric_is_refused(tmp_path: Path) -> None:
    message = refused(ROW.replace("  metric: github.prs.stale_count_14d\n", ""), tmp_path)
    assert f"{STALE}: metric: is missing" in message


def test_a_row_without_name_is_named_by_its_place(tmp_path: Path) -> None:
    assert "rows.yaml: row 2: name: is missing" in refused(ROW + "- label: nameless\n", tmp_path)


def test_a_label_that_yaml_reads_as_a_number_is_refused(tmp_path: Path) -> None:
    assert "label: 12 is not text" in refused(ROW.replace('"Stale PRs"', "12"), tmp_path)


def test_a_key_written_twice_is_an_error_and_not_the_last_one(tmp_path: Path) -> None:
    message = refused(ROW + '  points: "0:1 90:0"\n', tmp_path)
    assert "key 'points' appears twice" in message
    assert "line 9" in message


def test_yaml_cannot_build_objects(tmp_path: Path) -> None:
    message = refused("- !!python/object/apply:os.getcwd []\n", tmp_path)
    assert "could not determine a constructor" in message


@pytest.mark.parametrize("text", ["", "{}", "[]", "a: 1"])
def test_a_file_without_rows_is_refused(text: str, tmp_path: Path) -> None:
    assert "rows.yaml: holds no rows" in refused(text, tmp_path)


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(CatalogueError, match=r"absent\.yaml: cannot be read"):
        load_catalogue(known_metrics=None, file=tmp_path / "absent.yaml")


def test_a_metric_that_nobody_measures_is_refused_with_the_one_that_was_meant() -> None:
    known = {fom.metric for fom in load_catalogue(known_metrics=None)} - {"github.prs.stale_count_14d"}
    with pytest.raises(CatalogueError) as caught:
        load_catalogue(known_metrics=known | {"github.prs.stale_count_21d"})
    assert f"catalogue.yaml: {STALE}: metric: 'github.prs.stale_count_14d' is not measured" in str(caught.value)
    assert "did you mean github.prs.stale_count_21d?" in str(caught.value)


def test_rows_of_sources_that_this_installation_does_not_have_are_kept() -> None:
    known = {fom.metric for fom in load_catalogue(known_metrics=None) if fom.metric.startswith("github.")}
    assert 42 == len(load_catalogue(known_metrics=known))


@pytest.mark.parametrize(
    ("metric", "problem"),
    [
        ("githb.prs.open", "belongs to no source (did you mean github.prs.open?)"),
        ("Github PRs", "is not a metric name"),
    ],
)
def test_what_is_no_metric_of_a_source_is_refused(metric: str, problem: str) -> None:
    known = {fom.metric for fom in load_catalogue(known_metrics=None)} | {"github.prs.open"}
    assert problem in override_refused({NEW: NEW_ROW | {"metric": metric}}, known=known)


def test_an_override_changes_points_and_keeps_the_rest() -> None:
    before = override({})[STALE]
    after = override({STALE: {"points": [[0, 1], [30, 0]]}})[STALE]
    assert ((0.0, 1.0), (30.0, 0.0)) == after.points
    assert (before.label, before.metric, before.condition, before.why) == (
        after.label,
        after.metric,
        after.condition,
        after.why,
    )
    assert before.row_hash != after.row_hash


def test_a_new_label_does_not_change_the_scores() -> None:
    before, after = override({})[STALE], override({STALE: {"label": "Old pull requests", "condition": "< 9"}})[STALE]
    assert ("Old pull requests", "< 9") == (after.label, after.condition)
    assert before.row_hash == after.row_hash


def test_an_order_moves_a_row_before_the_row_in_that_place() -> None:
    order = [fom.name for fom in load_catalogue(known_metrics=None, overrides={STALE: {"order": 17}})]
    assert order.index(STALE) + 1 == order.index("health.ci.tests_passing.fom")
    assert 42 == len(set(order))


def test_a_row_that_is_switched_off_is_not_shown() -> None:
    foms = load_catalogue(known_metrics=None, overrides={STALE: {"enabled": False}})
    assert STALE not in {fom.name for fom in rows_of(foms, sources={"github"})}


def test_a_new_row_comes_last_in_its_category() -> None:
    order = load_catalogue(known_metrics=None, overrides={NEW: NEW_ROW})
    ci = [fom for fom in order if fom.category == "CI/CD"]
    assert NEW == ci[-1].name
    assert 43 == len(order)


@pytest.mark.parametrize("key", ["label", "category", "metric", "points"])
def test_a_new_row_needs_all_that_makes_a_row(key: str) -> None:
    partial = {name: value for name, value in NEW_ROW.items() if name != key}
    assert f"health.yaml: foms.{NEW}: {key}: is missing" in override_refused({NEW: partial})


def test_a_misspelt_row_is_told_from_a_new_one() -> None:
    message = override_refused({"health.ci.stale_pr.fom": {"points": "0:1 30:0"}})
    assert f"there is no such row (did you mean {STALE}?)" in message


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"metric": "github.prs.open"}, "metric: cannot be set here"),
        ({"lable": "x"}, "lable: cannot be set here (did you mean label?)"),
        ({"enabled": "no"}, "enabled: 'no' is not true or false"),
        ({"order": "first"}, "order: 'first' is not a number"),
        ({"order": True}, "order: True is not a number"),
        ({"points": "9:1 3:0"}, "points: 3 comes after 9"),
        ("off", "expected keys and values"),
    ],
)
def test_an_override_that_cannot_be_used_names_file_row_and_key(change: Any, problem: str) -> None:
    message = override_refused({STALE: change})
    assert f"health.yaml: foms.{STALE}: " in message
    assert problem in message


def test_the_origin_of_overrides_is_the_callers() -> None:
    with pytest.raises(CatalogueError, match=r"team\.yaml: foms\."):
        load_catalogue(known_metrics=None, overrides={STALE: {"points": "0:1"}}, overrides_origin="team.yaml")


def test_a_row_is_shown_where_its_source_is_configured() -> None:
    foms = load_catalogue(known_metrics=None)
    shown = {
        source: len(rows_of(foms, sources={source})) for source in ("github", "kubernetes", "training_jobs", "evals")
    }
    assert {"github": 12, "kubernetes": 3, "training_jobs": 2, "evals": 5} == shown


def test_the_collections_own_metrics_belong_to_the_source_that_was_collected() -> None:
    row = NEW_ROW | {"metric": "collector.github.error_count"}
    foms = load_catalogue(known_metrics=None, overrides={NEW: row})
    assert NEW in {fom.name for fom in rows_of(foms, sources={"github"})}
    assert NEW not in {fom.name for fom in rows_of(foms, sources={"wandb"})}

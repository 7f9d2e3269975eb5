"""Rows that ask a query instead of naming a metric."""

import pytest

from health_assets.model.errors import CatalogueError
from health_assets.model.fom import Reduce
from health_assets.scoring.catalogue import load_catalogue

NAME = "health.additional.api_errors.fom"
ROW = {
    "label": "API errors",
    "category": "Additional",
    "metric": "datadog:sum:api.errors{env:prod}.as_count()",
    "reduce": "sum",
    "points": "0:1 100:0",
}


def loaded(row, **others):
    foms = load_catalogue(known_metrics=None, overrides={NAME: row, **others})
    return {fom.name: fom for fom in foms}[NAME]


def without(key):
    return {name: value for name, value in ROW.items() if name != key}


def test_a_row_may_ask_a_query():
    query = loaded(ROW).query
    assert ("sum:api.errors{env:prod}.as_count()", Reduce.SUM, "unit") == (query.text, query.reduce, query.unit)


def test_its_metric_is_called_after_the_row_and_what_it_asks():
    first, second = loaded(ROW), loaded(ROW | {"label": "Errors of the API"})
    assert first.metric == second.metric
    assert "datadog.additional.api_errors." == first.metric[:-6]


@pytest.mark.parametrize("change", [{"reduce": "max"}, {"metric": "datadog:sum:api.errors{env:dev}.as_count()"}])
def test_an_edited_query_is_another_metric_and_scores_anew(change):
    before, after = loaded(ROW), loaded(ROW | change)
    assert (before.metric, before.row_hash) != (after.metric, after.row_hash)
    assert before.metric != after.metric


def test_a_row_may_say_what_it_counts():
    assert "error" == loaded(ROW | {"unit": "error"}).query.unit


@pytest.mark.parametrize(
    ("row", "told"),
    [
        (without("reduce"), "reduce: is missing (say how the points of a day become its value: avg, sum, min, max, "),
        (ROW | {"reduce": "median"}, "reduce: there is no 'median'"),
        (ROW | {"metric": "datadog: "}, "metric: there is no query after datadog:"),
        (ROW | {"unit": 7}, "unit: 7 is not text"),
        (ROW | {"metric": "github.prs.open_count"}, "reduce: belongs to a row that asks a query"),
        (without("reduce") | {"metric": "github.prs.open_count", "unit": "error"}, "unit: belongs to a row"),
    ],
)
def test_what_cannot_be_asked_is_refused_with_its_place(row, told):
    with pytest.raises(CatalogueError) as caught:
        loaded(row)
    assert f"foms.{NAME}: {told}" in str(caught.value)


def test_reduce_is_refused_on_a_row_of_the_catalogue():
    with pytest.raises(CatalogueError, match=r"reduce: cannot be set here"):
        load_catalogue(known_metrics=None, overrides={"health.ci.stale_prs.fom": {"reduce": "sum"}})


def test_a_row_of_a_catalogue_file_keeps_its_query_when_it_is_overridden(tmp_path):
    file = tmp_path / "catalogue.yaml"
    lines = [f"{key}: {value!r}" for key, value in ROW.items()]
    file.write_text(f"- name: {NAME}\n" + "".join(f"  {line}\n" for line in lines))
    (plain,) = load_catalogue(known_metrics=None, file=file)
    (changed,) = load_catalogue(known_metrics=None, file=file, overrides={NAME: {"label": "Errors"}})
    assert (plain.metric, plain.query, "Errors") == (changed.metric, changed.query, changed.label)

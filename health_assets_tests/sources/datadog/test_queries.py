import pytest

from health_assets.model.errors import CatalogueError
from health_assets.pipeline.runtime import configured_project
from health_assets.sources.datadog.queries import asked_by, numbered, split
from health_assets_tests.sources.datadog.accounts import ERRORS, config_for, row, rows

NAME = "health.additional.row0.fom"


def asked(*queries):
    foms = configured_project(config_for("http://127.0.0.1:1", rows(*queries))).foms
    return [asked_by(fom) for fom in foms if fom.query is not None]


@pytest.mark.parametrize(
    ("text", "terms", "formula"),
    [
        ("avg:a.b{*}", 1, "query1"),
        (ERRORS, 1, "query1"),
        ("p95:trace.http.request{service:api AND env:prod}", 1, "query1"),
        ("sum:a{x:1}.as_count() / sum:b{x:1}.as_count()", 2, "query1 / query2"),
        ("default_zero(max:a{!x:1,y:2}.rollup(max).fill(null))", 1, "default_zero(query1)"),
        ("100 * (avg:a{*} - avg:b{*}) / avg:a{*}", 3, "100 * (query1 - query2) / query1"),
    ],
)
def test_a_query_is_its_terms_and_a_formula(text, terms, formula):
    assert terms == len(split(text)[0])
    names, formulas = numbered(asked(text))
    assert [formula] == formulas
    assert set(split(text)[0]) == set(names.values())


def test_what_two_rows_ask_alike_is_asked_once():
    names, formulas = numbered(asked("avg:a{*}", "avg:a{*} / avg:b{*}"))
    assert ({"query1": "avg:a{*}", "query2": "avg:b{*}"}, ["query1", "query1 / query2"]) == (names, formulas)


@pytest.mark.parametrize(
    ("query", "told"),
    [
        ("api errors", "is not a Datadog metric query"),
        ("avg:a{*} by {host}", "gives a series for each group"),
        ("avg:a{*}by{host}.as_count()", "gives a series for each group"),
        ("sum:a{*}.rollup(sum, 3600)", "its rollup does not divide 900 s"),
        ("sum:a{*}.rollup(sum, daily)", "its rollup does not divide 900 s"),
        ("sum:a{*}.rollup(sum, 0)", "its rollup does not divide 900 s"),
    ],
)
def test_a_query_that_gives_no_single_value_is_refused_when_the_project_is_loaded(query, told):
    with pytest.raises(CatalogueError) as caught:
        asked(query)
    assert (True, True) == (f"foms.{NAME}: metric:" in caught.value.message, told in caught.value.message)
    assert caught.value.hint


@pytest.mark.parametrize("query", ["sum:a{*}.rollup(sum)", "sum:a{*}.rollup(max, 300)", "avg:a{*}.rollup(avg,900)"])
def test_a_rollup_that_fits_into_a_quarter_of_an_hour_is_taken(query):
    assert [query] == [one.text for one in asked(query)]


def test_a_row_without_the_source_says_what_to_add():
    github = {"repositories": ["acme/rocket"], "api_url": "http://127.0.0.1:1"}
    config = config_for("http://127.0.0.1:1", {NAME: row()}, sources={"github": github})
    with pytest.raises(
        CatalogueError, match=rf"foms\.{NAME}: metric: asks datadog a query.*add datadog: under sources"
    ):
        configured_project(config)


def test_a_row_that_is_switched_off_needs_no_source():
    github = {"repositories": ["acme/rocket"], "api_url": "http://127.0.0.1:1"}
    foms = {NAME: row(enabled=False)}
    project = configured_project(config_for("http://127.0.0.1:1", foms, sources={"github": github}))
    assert [] == [fom for fom in project.foms if fom.query]


def test_each_row_declares_a_kind_and_a_metric():
    source, _ = configured_project(config_for("http://127.0.0.1:1", rows(ERRORS, "avg:a{*}"))).sources["datadog"]
    (family,) = source.families
    assert [[kind.name] for kind in source.kinds] == [list(metric.needs) for metric in family.metrics]
    assert ERRORS in family.metrics[0].definition

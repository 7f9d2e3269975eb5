"""JSON and CSV: a stable schema, nothing invented for what is missing."""

import csv
import io
import json

from health_assets.grid.document import grid_document, safe_url
from health_assets.grid.exports import CSV_COLUMNS, grid_csv, grid_json
from health_assets.model.metric import Evidence
from health_assets.model.reason import Reason
from health_assets_tests.grid.synthetic import TODAY, busy_grid, collection, fom, seen, small_grid

KEY = ("github.prs.stale_count_14d", "acme/rocket", TODAY.key)


def lines(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


def first_cell(grid) -> dict:
    return grid_document(grid)["rows"][0]["cells"][0]


def test_the_columns_of_the_csv_are_a_promise() -> None:
    promised = (
        "day,fom,label,category,metric,scope,colour,score,text,value,unit,reason,detail,samples,as_of,provisional"
    )
    assert promised == grid_csv(small_grid([])).splitlines()[0] == ",".join(CSV_COLUMNS)


def test_the_fields_of_a_cell_are_a_promise() -> None:
    promised = (
        "as_of as_of_text colour day detail evidence evidence_total formula other_scopes provisional reason "
        "reason_text samples scope score text value value_text"
    )
    assert promised == " ".join(sorted(first_cell(small_grid([seen(1.0)]))))


def test_a_known_cell_in_json() -> None:
    cell = first_cell(small_grid([seen(0.5)]))
    assert ("yellow", 0.5, 0.5, "0.5 pull requests", None) == tuple(
        cell[key] for key in ("colour", "score", "value", "value_text", "reason")
    )
    assert ("2026-03-11T14:35:00Z", True, 12) == (cell["as_of"], cell["provisional"], cell["samples"])
    assert "0 at <= 0, rising to 1 at >= 1; 0.5 pull requests -> 0.50" == cell["formula"]


def test_a_missing_cell_in_json_has_null_for_numbers_and_a_reason() -> None:
    cell = first_cell(small_grid([seen(Reason.NO_DATA, detail="no pull request was merged")]))
    assert (None, None, None) == (cell["score"], cell["value"], cell["value_text"])
    assert ("grey", "no_data", "collected, nothing to measure", "no pull request was merged") == tuple(
        cell[key] for key in ("colour", "reason", "reason_text", "detail")
    )


def test_a_missing_cell_in_csv_has_empty_fields_and_a_reason() -> None:
    (line,) = lines(grid_csv(small_grid([seen(Reason.STALE)])))
    assert ("", "", "stale", "grey") == (line["score"], line["value"], line["reason"], line["colour"])


def test_scores_are_exported_in_full() -> None:
    assert "0.6999999" == lines(grid_csv(small_grid([seen(0.6999999)])))[0]["score"]
    assert 0.6999999 == first_cell(small_grid([seen(0.6999999)]))["score"]


def test_the_scopes_that_do_not_decide_are_kept_beside_the_one_that_does() -> None:
    grid = small_grid([seen(0.9, scope="a"), seen(0.1, scope="b"), seen(0.8, scope="c")], scopes=("a", "b", "c"))
    cell = first_cell(grid)
    assert "b" == cell["scope"]
    assert [("a", 0.9), ("c", 0.8)] == [(other["scope"], other["score"]) for other in cell["other_scopes"]]


def test_json_is_valid_for_everyone() -> None:
    def refuse(constant: str) -> None:
        raise AssertionError(constant)

    document = json.loads(grid_json(busy_grid()), parse_constant=refuse)
    assert (1, "UTC", True) == (document["schema"], document["timezone"], document["sandbox"])
    assert 42 * 7 == sum(len(row["cells"]) for row in document["rows"])


def test_both_exports_have_a_line_for_every_cell() -> None:
    assert 42 * 7 == len(lines(grid_csv(busy_grid())))


def test_failures_of_sources_are_exported_failed_ones_first() -> None:
    failed = collection(failures=(("acme/rocket", "not_found", "404"),), source="wandb")
    sources = grid_document(small_grid([], collections={"github": collection(), "wandb": failed}))["sources"]
    assert [("wandb", False), ("github", True)] == [(source["source"], source["ok"]) for source in sources]
    assert [{"scope": "acme/rocket", "cause": "not_found", "message": "404"}] == sources[0]["failures"]


def test_a_spreadsheet_does_not_run_text_as_a_formula() -> None:
    row = fom(label='=HYPERLINK("http://example.com")')
    grid = small_grid([seen(Reason.SOURCE_FAILED, detail="@SUM(1)")], row=row)
    (line,) = lines(grid_csv(grid))
    assert ('\'=HYPERLINK("http://example.com")', "'@SUM(1)") == (line["label"], line["detail"])


def test_evidence_is_exported_and_only_web_addresses_are_links() -> None:
    pieces = (
        Evidence(label="a", url="https://example.com/1", note="n"),
        Evidence(label="b", url="javascript:alert(1)"),
    )
    cell = first_cell(small_grid([seen(1.0, total=9)], evidence={KEY: pieces}))
    assert [("a", "https://example.com/1"), ("b", "")] == [(one["label"], one["url"]) for one in cell["evidence"]]
    assert 9 == cell["evidence_total"]


def test_an_address_is_http_or_https_with_a_host_or_it_is_none() -> None:
    good = ["http://example.com", "https://example.com/a?b=c#d", "HTTPS://EXAMPLE.COM"]
    bad = ["javascript:alert(1)", " javascript:x", "data:text/html,x", "//example.com", "/a", "https:", "http://[", ""]
    assert good == [safe_url(url) for url in good]
    assert [""] * len(bad) == [safe_url(url) for url in bad]

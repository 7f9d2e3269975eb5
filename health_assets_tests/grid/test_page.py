"""The page as a file: self-contained, inert against hostile text, and replaced in one step."""

import json
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from health_assets.grid import page as page_module
from health_assets.grid.page import page_html, script_json, write_page
from health_assets.model.reason import Reason
from health_assets_tests.grid.synthetic import HOSTILE, busy_grid, collection, fom, seen, small_grid


def test_the_page_needs_nothing_from_the_network() -> None:
    html = page_html(busy_grid(hostile=False))
    without_data = re.sub(r'<script type="application/json".*?</script>', "", html, flags=re.S)
    assert [] == re.findall(r"https?://[a-z]|\bsrc=|@import|url\(|<img|<iframe|<object|fetch\(", without_data)
    assert "default-src &#39;none&#39;" in html


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_is_never_markup(text: str) -> None:
    failed = collection(failures=((text, "server_error", text),))
    grid = small_grid([seen(Reason.SOURCE_FAILED, detail=text)], row=fom(label=text), collections={"github": failed})
    html = page_html(grid)
    plain = page_html(small_grid([seen(Reason.SOURCE_FAILED)], collections={"github": collection()}))
    for markup in ("<img", "<!--", "</script", "<script"):
        assert plain.count(markup) == html.count(markup)


@given(text=st.text())
def test_data_inside_a_script_says_the_same_and_cannot_end_it(text: str) -> None:
    inert = script_json({text: text})
    assert {text: text} == json.loads(inert)
    assert not set("<>&\u2028\u2029") & set(inert)


def test_the_page_says_that_it_shows_the_sandbox() -> None:
    assert "local stand-ins" in page_html(small_grid([], sandbox=True))
    assert "local stand-ins" not in page_html(small_grid([]))


def test_the_page_names_the_failure_of_a_source() -> None:
    failed = collection(failures=(("acme/rocket", "not_found", "check the name of the repository"),))
    assert "check the name of the repository" in page_html(small_grid([], collections={"github": failed}))


def test_the_title_says_how_many_rows_are_red() -> None:
    assert "<title>■ 1 red · System health</title>" in page_html(small_grid([seen(0.1)]))
    assert "<title>System health</title>" in page_html(small_grid([seen(1.0)]))


def test_a_grid_without_rows_is_a_page_all_the_same() -> None:
    assert "every row is green" in page_html(small_grid([seen(1.0)]))


def test_page_json_and_csv_are_written(tmp_path: Path) -> None:
    written = write_page(small_grid([seen(1.0)]), tmp_path / "var" / "site")
    assert {"index.html", "grid.json", "grid.csv"} == {path.name for path in written}
    assert {"index.html", "grid.json", "grid.csv"} == {path.name for path in (tmp_path / "var" / "site").iterdir()}
    assert 1 == json.loads((tmp_path / "var/site/grid.json").read_text(encoding="utf-8"))["schema"]


def test_writing_the_same_grid_twice_gives_the_same_bytes(tmp_path: Path) -> None:
    first = [path.read_bytes() for path in write_page(busy_grid(), tmp_path / "a")]
    assert first == [path.read_bytes() for path in write_page(busy_grid(), tmp_path / "b")]


def test_a_page_that_fails_midway_leaves_the_old_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_page(small_grid([seen(1.0)]), tmp_path)
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(page_module.os, "fsync", full)
    with pytest.raises(OSError, match="No space left"):
        write_page(small_grid([seen(0.0)]), tmp_path)
    assert before == {path.name: path.read_bytes() for path in tmp_path.iterdir()}


def test_other_users_may_read_the_page(tmp_path: Path) -> None:
    assert {0o644} == {path.stat().st_mode & 0o777 for path in write_page(small_grid([]), tmp_path)}

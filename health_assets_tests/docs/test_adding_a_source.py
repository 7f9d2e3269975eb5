"""The page that says how to add a source names files and words that exist."""

import re

import pytest

from health_assets_tests.docs.pages import DOCS, ROOT, prose

PAGE = prose(DOCS / "adding-a-source.md")
CODE = re.findall(r"`([^`\n]+)`", PAGE)
PATHS = sorted({name for name in CODE if re.fullmatch(r"[\w./]+(\.py|\.toml|/)", name)})
#: Where a file stands that is named without its folder.
FOLDERS = (
    "",
    "health_assets/sources/datadog",
    "health_assets/sandbox/datadog",
    "health_assets_tests/sources/datadog",
)
#: `name` (`file`) or `name` in `file`.
PLACED = re.findall(r"`([A-Za-z_]+)` (?:in `|\(`)([\w./]+\.py)`", PAGE)


def found(path: str) -> list[str]:
    return [folder for folder in FOLDERS if (ROOT / folder / path).exists()]


@pytest.mark.parametrize("path", PATHS)
def test_every_file_that_is_named_exists(path):
    assert found(path)


@pytest.mark.parametrize(("word", "path"), PLACED)
def test_every_word_stands_in_the_file_that_is_named_for_it(word, path):
    texts = [(ROOT / folder / path).read_text(encoding="utf-8") for folder in found(path)]
    assert any(re.search(rf"^(def |class |){word}\b", text, re.MULTILINE) for text in texts)


def test_what_is_checked_here_is_not_nothing():
    assert (True, True) == (len(PATHS) > 15, len(PLACED) > 8)


def test_the_files_of_the_folder_are_the_files_of_every_source():
    named = re.findall(r"^\| `(\w+\.py|metrics/)` \|", PAGE.split("## 3.")[0], re.MULTILINE)
    folders = [file.parent for file in (ROOT / "health_assets/sources").glob("*/__init__.py") if _is_source(file)]
    assert {} == {folder.name: absent for folder in folders if (absent := _absent(folder, named))}


def _is_source(file):
    return re.search(r"^SOURCE = ", file.read_text(encoding="utf-8"), re.MULTILINE)


def _absent(folder, named):
    return [name for name in named if not (folder / name).exists()]

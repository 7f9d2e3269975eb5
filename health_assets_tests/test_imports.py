"""The rooms and who may import whom (docs/architecture.md)."""

import ast
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

import pytest

from health_assets.sources.registry import SOURCES

PACKAGE = Path(__file__).parents[1] / "health_assets"

#: room -> rooms of the project it may import
ALLOWED = {
    "model": {"model"},
    "sources": {"model", "sources"},
    "scoring": {"model", "scoring"},
    "grid": {"model", "grid"},
    "store": {"model", "store"},
    "sandbox": {"model", "sandbox"},
    "datadog": {"model", "sources", "scoring", "grid", "datadog"},
    "config": {"model", "sources", "scoring", "datadog"},
    "pipeline": {"model", "sources", "scoring", "grid", "store", "sandbox", "config", "datadog", "pipeline"},
    "orchestration": {"model", "sources", "scoring", "grid", "datadog", "config", "pipeline", "orchestration"},
    "definitions": {"orchestration", "pipeline"},
    "__init__": set(),
    "__main__": {"cli"},
    "cli": {"model", "commands"},
    "commands": {
        "model",
        "scoring",
        "sources",
        "grid",
        "sandbox",
        "datadog",
        "config",
        "pipeline",
        "orchestration",
        "commands",
    },
}
NETWORK = {
    "github",
    "requests",
    "httpx",
    "urllib3",
    "urllib.request",
    "http.client",
    "socket",
    "boto3",
    "wandb",
    "kubernetes",
    "asana",
    "datadog_api_client",
}
MODULES = sorted(PACKAGE.rglob("*.py"))


def imports_of(file: Path) -> set[str]:
    found = set()
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module)
    return found


def room_of(file: Path) -> str:
    return file.relative_to(PACKAGE).parts[0].removesuffix(".py")


def source_of(file: Path) -> str:
    """Name of the folder or module in sources/ that a file belongs to."""
    return file.relative_to(PACKAGE).parts[1].removesuffix(".py")


def each(files: Iterable[Path]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("file", list(files), ids=lambda file: str(file.relative_to(PACKAGE)))


@each(MODULES)
def test_a_room_imports_only_the_rooms_below_it(file: Path) -> None:
    used = {name.split(".")[1] for name in imports_of(file) if name.startswith("health_assets.")}
    assert set() == used - ALLOWED[room_of(file)]


@each(file for file in MODULES if room_of(file) not in {"orchestration", "definitions"})
def test_only_orchestration_and_definitions_import_dagster(file: Path) -> None:
    assert [] == [name for name in imports_of(file) if name.split(".")[0].startswith("dagster")]


@each(file for file in MODULES if room_of(file) == "sources" and file.name != "client.py")
def test_only_client_modules_of_sources_reach_the_network(file: Path) -> None:
    assert set() == {name for name in imports_of(file) if name in NETWORK or name.split(".")[0] in NETWORK}


@each(file for file in MODULES if room_of(file) == "sources" and source_of(file) in SOURCES)
def test_a_source_imports_nothing_from_another_source(file: Path) -> None:
    used = {name.split(".")[2] for name in imports_of(file) if name.startswith("health_assets.sources.")}
    assert set() == (used & set(SOURCES)) - {source_of(file)}


@each(file for file in MODULES if room_of(file) == "sources" and source_of(file) not in {*SOURCES, "registry"})
def test_what_sources_share_knows_none_of_them(file: Path) -> None:
    used = {name.split(".")[2] for name in imports_of(file) if name.startswith("health_assets.sources.")}
    assert set() == used & {*SOURCES, "registry"}


def test_the_model_imports_the_standard_library_only() -> None:
    foreign = {
        name.split(".")[0]
        for file in (PACKAGE / "model").glob("*.py")
        for name in imports_of(file)
        if not name.startswith("health_assets.")
    }
    assert set() == foreign - set(sys.stdlib_module_names)


def test_loading_the_code_location_imports_no_client_library() -> None:
    script = "import sys, health_assets.definitions; print(sorted(set(sys.argv[1:]) & set(sys.modules)))"
    heavy = ["github", "wandb", "boto3", "kubernetes", "asana", "datadog_api_client", "uvicorn"]
    result = subprocess.run([sys.executable, "-c", script, *heavy], capture_output=True, text=True, check=True)
    assert "[]" == result.stdout.strip().splitlines()[-1]

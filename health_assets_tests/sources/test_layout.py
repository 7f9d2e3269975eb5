"""Source folders look alike, and what two of them need is written once, beside them."""

import ast
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import pytest

from health_assets.sources.registry import SOURCES

FOLDER = Path(__file__).parents[2] / "health_assets" / "sources"
REQUIRED = {
    "__init__.py",
    "settings.py",
    "client.py",
    "fetch.py",
    "records.py",
    "metrics/__init__.py",
    "doctor.py",
}
#: Folders that are no sources: what several sources share.
SHARED = {"results"}
LONG_LINES = 6


def own_modules(source: str) -> Iterator[Path]:
    return (FOLDER / source).rglob("*.py")


class Normalised(ast.NodeTransformer):
    """Names by the order in which they appear, no texts, docstrings and annotations: left is what the code does."""

    def __init__(self) -> None:
        self.names: dict[str, str] = {}

    def renamed(self, name: str) -> str:
        return self.names.setdefault(name, f"n{len(self.names)}")

    def visit_Name(self, node: ast.Name) -> ast.AST:
        return ast.copy_location(ast.Name(id=self.renamed(node.id), ctx=node.ctx), node)

    def visit_arg(self, node: ast.arg) -> ast.AST:
        return ast.arg(arg=self.renamed(node.arg))

    def visit_Constant(self, node: ast.Constant) -> ast.AST:
        return ast.Constant(value="text") if isinstance(node.value, str) else node

    def visit_AnnAssign(self, node: ast.AnnAssign) -> ast.AST:
        value = node.value or ast.Constant(value=None)
        return self.visit_Assign(ast.Assign(targets=[node.target], value=value, lineno=node.lineno))

    def visit_Assign(self, node: ast.Assign) -> ast.AST:
        return self.generic_visit(node)


def body_of(function: ast.FunctionDef) -> list[ast.stmt]:
    return function.body[1:] if ast.get_docstring(function) is not None else function.body


def line_count(body: list[ast.stmt]) -> int:
    return (body[-1].end_lineno or 0) - body[0].lineno + 1 if body else 0


def dumped(body: list[ast.stmt]) -> str:
    normalised = Normalised()
    return "\n".join(ast.dump(normalised.visit(statement)) for statement in body)


def long_functions() -> Iterator[tuple[str, str, str]]:
    """(source, place, what it does) of every function of some length."""
    for source in SOURCES:
        for module in own_modules(source):
            for node in ast.walk(ast.parse(module.read_text())):
                if isinstance(node, ast.FunctionDef) and line_count(body := body_of(node)) >= LONG_LINES:
                    yield source, f"{module.relative_to(FOLDER)}:{node.name}", dumped(body)


@pytest.mark.parametrize("source", SOURCES)
def test_every_source_has_the_same_files(source: str) -> None:
    files = {str(module.relative_to(FOLDER / source)) for module in own_modules(source)}
    assert set() == REQUIRED - files


def test_every_folder_is_a_source_or_said_to_be_shared() -> None:
    folders = {path.parent.name for path in FOLDER.glob("*/__init__.py")}
    assert folders == {*SOURCES, *SHARED}


def test_no_function_body_stands_in_two_source_folders() -> None:
    places: dict[str, dict[str, str]] = defaultdict(dict)
    for source, place, what_it_does in long_functions():
        places[what_it_does][source] = place
    assert [] == [sorted(found.values()) for found in places.values() if len(found) > 1]


def test_a_copy_with_other_names_and_texts_is_found() -> None:
    one, other = (
        ast.parse(
            f"def {name}(rows):\n  kept = []\n  for {row} in rows:\n    kept.append({row}.x + '{name}')\n  return kept"
        )
        for name, row in (("first", "row"), ("second", "line"))
    )
    first, second = (tree.body[0] for tree in (one, other))
    assert isinstance(first, ast.FunctionDef)
    assert isinstance(second, ast.FunctionDef)
    assert dumped(first.body) == dumped(second.body)

"""Links lead somewhere, and commands that the pages name exist."""

import re
import shlex
from contextlib import suppress
from pathlib import Path

import click
import pytest

from health_assets.cli import main
from health_assets_tests.docs.pages import PAGES, ROOT, fences, name_of, prose

LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
CODE = re.compile(r"`([^`\n]+)`")
MAKE = re.compile(r"(?<![\w-])make ([a-z]+)\b")


def anchors(page: Path) -> set[str]:
    """The anchors GitHub gives the headings of a page."""
    headings = re.findall(r"^#+ (.+)$", prose(page), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def commands(page: Path) -> list[str]:
    """Every line of a shell block and every code span."""
    blocks = [text for language, text in fences(page) if language in {"", "sh"}]
    return [*CODE.findall(prose(page)), *(line for block in blocks for line in block.splitlines())]


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_every_link_inside_the_project_leads_to_a_file_and_a_heading(page):
    dead = []
    for target in LINK.findall(prose(page)):
        path, _, anchor = target.partition("#")
        if "://" in target:
            continue
        file = (page.parent / path) if path else page
        if not file.exists() or (anchor and anchor not in anchors(file)):
            dead.append(target)
    assert [] == dead


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_every_make_target_that_is_named_exists(page):
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    named = {name for line in commands(page) for name in MAKE.findall(line)}
    assert set() == named - targets


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_every_command_line_that_is_named_is_understood(page):
    lines = [shlex.split(line, comments=True) for line in commands(page) if line.startswith("health-assets ")]
    for _, name, *arguments in lines:
        command = main.get_command(click.Context(main), name)
        assert command is not None, f"there is no command {name}"
        # prose may name a command without its arguments; what it does name must be right
        with click.Context(command) as context, suppress(click.MissingParameter, click.exceptions.NoArgsIsHelpError):
            command.parse_args(context, arguments)

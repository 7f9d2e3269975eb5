"""The terminal: nothing is cut, at any width, with and without colour."""

import io

import pytest
from rich.console import Console

from health_assets.grid.model import Grid
from health_assets.grid.terminal import print_grid
from health_assets.model.reason import REASON_TEXT, Reason
from health_assets_tests.grid.synthetic import DAYS, busy_grid, collection, seen, small_grid


def printed(grid: Grid, *, width: int = 112, encoding: str = "utf-8", **console: object) -> str:
    buffer = io.TextIOWrapper(io.BytesIO(), encoding=encoding)
    print_grid(grid, console=Console(width=width, file=buffer, **console))
    buffer.seek(0)
    return buffer.read()


@pytest.mark.parametrize("width", [20, 40, 60, 80, 100, 120, 200])
def test_every_cell_is_printed_at_any_width(width: int) -> None:
    grid = busy_grid()
    text = printed(grid, width=width)
    cells = [cell.shown.text for row in grid.rows for cell in row.cells]
    shapes = sum(text.count(shape) for shape in "■▲●○")
    # the legend names each of the four states once
    assert len(cells) + 4 == shapes
    assert "…" not in text


@pytest.mark.parametrize("width", [40, 80, 120])
def test_no_line_is_wider_than_the_terminal(width: int) -> None:
    assert max(len(line) for line in printed(busy_grid(), width=width).splitlines()) <= width


@pytest.mark.parametrize("width", [80, 100, 120])
def test_a_week_fits_into_one_table(width: int) -> None:
    assert 1 == printed(busy_grid(), width=width).count("CI/CD")


def test_days_that_do_not_fit_follow_in_further_tables() -> None:
    text = printed(busy_grid(), width=50)
    assert 3 == text.count("CI/CD")
    assert all(f"{day.date.day} Mar" in text for day in DAYS)


def test_a_label_that_is_too_long_wraps_under_itself() -> None:
    lines = printed(busy_grid(), width=80).splitlines()
    (place,) = [place for place, line in enumerate(lines) if "Local Arena - Checkpoint at" in line]
    assert "  10k Steps" == lines[place + 1].rstrip()


def test_without_colour_shape_and_number_remain(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    text = printed(small_grid([seen(0.5)]), force_terminal=True)
    assert "▲ 0.50" in text
    assert "48;" not in text


def test_without_unicode_letters_stand_for_shapes() -> None:
    text = printed(small_grid([seen(0.1), seen(1.0, day=DAYS[0])], days=(DAYS[0], DAYS[-1])), encoding="ascii")
    assert "+ 1.00" in text
    assert "! 0.10" in text


def test_a_terminal_of_16_colours_gets_colours_it_has() -> None:
    text = printed(small_grid([seen(0.1)]), force_terminal=True, color_system="standard")
    assert "\x1b[1;37;41m" in text


def test_a_grey_cell_shows_a_code_and_the_footer_explains_it() -> None:
    text = printed(small_grid([seen(Reason.TRUNCATED)]))
    assert "○ part" in text
    assert f"part = {REASON_TEXT[Reason.TRUNCATED]}" in text
    assert "fail =" not in text


def test_the_footer_says_which_source_failed_when_and_why() -> None:
    failed = collection(failures=(("acme/rocket", "rate_limited", "5,000 requests used up"),))
    text = printed(small_grid([], collections={"github": failed}))
    assert "github acme/rocket failed 2026-03-11 14:20 UTC (rate_limited): 5,000 requests used up" in text


def test_the_footer_says_what_was_never_collected() -> None:
    assert "never collected: github" in printed(small_grid([]))


def test_a_message_from_outside_cannot_drive_the_terminal() -> None:
    failed = collection(failures=(("acme/rocket", "server_error", "\x1b[2J\x1b]0;owned\x07[bold]x[/bold]"),))
    text = printed(small_grid([], collections={"github": failed}))
    assert "\x1b" not in text
    assert "[bold]x[/bold]" in text


def test_the_sandbox_is_never_mistaken_for_the_real_thing() -> None:
    assert "SANDBOX" in printed(small_grid([], sandbox=True))
    assert "SANDBOX" not in printed(small_grid([], sandbox=False))


def test_a_day_that_still_runs_is_marked() -> None:
    text = printed(small_grid([seen(1.0)]))
    assert "Wed*" in text
    assert "* provisional: the day still runs" in text

"""The grid in a terminal: rich tables, nothing cut, readable without colour."""

from collections.abc import Sequence

from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.style import Style
from rich.table import Table
from rich.text import Text

from health_assets.grid.colour import GREEN_FROM, LOOKS, RED_BELOW, Colour
from health_assets.grid.model import Grid, Reading
from health_assets.grid.wording import REASON_CODE, date_text, instant_text, weekday_text
from health_assets.model.reason import REASON_TEXT

#: Columns of a cell ("● 0.85") on a narrow terminal, and with a space of colour on both sides on a wide one.
_NARROW_CELL, _WIDE_CELL = 6, 8
_WIDE_FROM = 100
_NARROW_LABEL = 24


def print_grid(grid: Grid, *, console: Console) -> None:
    """Writes the grid for the console's width, colours and encoding. Days that do not fit follow in further tables."""
    console.print(terminal_grid(grid, width=console.width, colours=console.color_system, encoding=console.encoding))


def terminal_grid(grid: Grid, *, width: int, colours: str | None, encoding: str = "utf-8") -> RenderableType:
    """The grid as a rich renderable for `width` columns; colours: rich's name of the colour system, None without."""
    cell = _WIDE_CELL if width >= _WIDE_FROM else _NARROW_CELL
    pen = _Pen(colours=colours, encoding=encoding, cell=cell)
    room = max(1, (width - _NARROW_LABEL) // (cell + 1))
    blocks = [range(len(grid.days))[start : start + room] for start in range(0, len(grid.days), room)]
    tables = [_table(grid, block, width=width, pen=pen) for block in blocks]
    return Group(_header(grid), *(Padding(table, (1, 0, 0, 0)) for table in tables), _footer(grid, pen=pen))


class _Pen:
    """Draws a state: the shape always, the colour where there is one."""

    def __init__(self, *, colours: str | None, encoding: str, cell: int) -> None:
        self.colours = colours
        self.cell = cell
        self.unicode = encoding.lower().replace("-", "").startswith("utf")

    def style(self, colour: Colour) -> Style:
        if self.colours is None:
            return Style.null()
        look = LOOKS[colour]
        return Style.parse(look.ansi16 if self.colours in ("standard", "windows") else look.ansi)

    def shape(self, colour: Colour) -> str:
        return LOOKS[colour].shape if self.unicode else LOOKS[colour].ascii

    def reading(self, reading: Reading) -> Text:
        drawn = f"{self.shape(reading.colour)} {reading.text:<4}"
        return Text(drawn.center(self.cell), style=self.style(reading.colour))


def _header(grid: Grid) -> Text:
    text = Text(grid.title, style="bold")
    if grid.sandbox:
        text.append("  SANDBOX: numbers of local stand-ins, not of your services", style="bold magenta")
    return text


def _table(grid: Grid, block: range, *, width: int, pen: _Pen) -> Table:
    longest = max((len(row.fom.label) + 3 for row in grid.rows), default=1)
    label = min(longest, width - len(block) * (pen.cell + 1))
    table = Table(box=None, padding=(0, 1, 0, 0), pad_edge=False, show_edge=False, header_style="bold")
    table.add_column("", width=max(label - 1, 1), overflow="fold")
    for place in block:
        day = grid.days[place]
        mark = "*" if day.end > grid.generated_at else ""
        heading = Text(f"{weekday_text(day.date)}{mark}\n{date_text(day.date)}", justify="center")
        table.add_column(heading, width=pen.cell, no_wrap=True)
    for category, rows in grid.by_category():
        table.add_row(Text(category, style="bold underline"))
        for row in rows:
            label_cell = Padding(Text(row.fom.label), (0, 0, 0, 2))
            table.add_row(label_cell, *(pen.reading(row.cells[place].shown) for place in block))
    return table


def _footer(grid: Grid, *, pen: _Pen) -> Group:
    lines: list[Text] = [Text(), _legend(pen), *_reason_lines(grid)]
    if any(day.end > grid.generated_at for day in grid.days):
        lines.append(Text("* provisional: the day still runs", style="dim"))
    lines.append(Text(f"as of {instant_text(grid.generated_at, grid.zone)}", style="dim"))
    return Group(*lines, *_source_lines(grid))


def _legend(pen: _Pen) -> Text:
    rules = (
        (Colour.GREEN, f"green from {GREEN_FROM:.2f}"),
        (Colour.YELLOW, f"yellow from {RED_BELOW:.2f}"),
        (Colour.RED, f"red below {RED_BELOW:.2f}"),
        (Colour.GREY, "missing"),
    )
    legend = Text()
    for colour, rule in rules:
        legend.append(f" {pen.shape(colour)} ", style=pen.style(colour))
        legend.append(f" {rule}   ")
    legend.rstrip()
    return legend


def _reason_lines(grid: Grid) -> Sequence[Text]:
    words = [f"{REASON_CODE[reason]} = {REASON_TEXT[reason]}" for reason in grid.reasons()]
    return [Text("; ".join(words), style="dim")] if words else []


def _source_lines(grid: Grid) -> list[Text]:
    lines = []
    never = [status.source for status in grid.sources if status.collection is None]
    if never:
        lines.append(Text(f"never collected: {', '.join(never)}", style="yellow"))
    for status in grid.sources:
        if status.collection is None:
            continue
        when = instant_text(status.collection.started_at, grid.zone)
        for scope, cause, message in status.collection.failures:
            failure = f"{status.source} {scope} failed {when} ({cause}): {message}"
            lines.append(Text(_printable(failure), style="red"))
    return lines


def _printable(text: str) -> str:
    """Messages quote what a server sent, which may hold control sequences for the terminal."""
    return "".join(character if character.isprintable() else " " for character in text)

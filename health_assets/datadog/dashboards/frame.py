"""What the three dashboards share: title, description with the owner's mark, tags, the note on top, day headers."""

from typing import Any

from health_assets.datadog.cells import WINDOW_MINUTES
from health_assets.grid.colour import GREEN_FROM, LOOKS, RED_BELOW, Colour
from health_assets.grid.model import Grid
from health_assets.grid.wording import date_text, weekday_text

#: Datadog's dashboards are 12 squares wide.
COLUMNS = 12
NOTE_HEIGHT = 2


def dashboard(
    grid: Grid, *, name: str, kind: str, env: str, owner: str, widgets: list[dict[str, Any]]
) -> dict[str, Any]:
    """The body of a dashboard. The mark in its description is how it is found again when its id is not known."""
    return {
        "title": f"{grid.title} ({kind})",
        "description": f"How healthy each area was on each of the last days. {mark(name, env=env)}",
        "layout_type": "ordered",
        "reflow_type": "fixed",
        # Datadog takes no other tag on a dashboard than a team's
        "tags": [owner] if owner.startswith("team:") else [],
        "template_variables": [],
        "notify_list": [],
        "widgets": widgets,
    }


def mark(name: str, *, env: str) -> str:
    """The sentence that says whose dashboard this is."""
    return f"Managed by health_assets ({name}, env:{env}): what is changed by hand is overwritten."


def placed(definition: dict[str, Any], *, x: int, y: int, width: int, height: int) -> dict[str, Any]:
    """A widget at its place. Raises ValueError where it would not fit into the columns, which Datadog does not tell."""
    if x < 0 or y < 0 or x + width > COLUMNS:
        raise ValueError(f"a widget of width {width} at column {x} does not fit into {COLUMNS} columns")
    return {"definition": definition, "layout": {"x": x, "y": y, "width": width, "height": height}}


def note(text: str, *, align: str = "left", size: str = "14", background: str = "transparent") -> dict[str, Any]:
    """A text widget; `text` is Markdown, so that what comes from outside is escaped by `plain`."""
    return {
        "type": "note",
        "content": text,
        "background_color": background,
        "font_size": size,
        "text_align": align,
        "vertical_align": "center",
        "show_tick": False,
        "has_padding": False,
    }


def title_note(grid: Grid) -> dict[str, Any]:
    """Legend, and what a grey or an empty cell means."""
    states = {
        Colour.GREEN: f"from {GREEN_FROM}",
        Colour.YELLOW: f"from {RED_BELOW}",
        Colour.RED: f"below {RED_BELOW}",
    }
    legend = " · ".join(f"{LOOKS[colour].shape} {colour.value} {text}" for colour, text in states.items())
    sandbox = "**Sandbox: numbers of local stand-ins.** " if grid.sandbox else ""
    text = (
        f"{sandbox}**{plain(grid.title)}**, scores 0 to 1: {legend}. An empty cell is missing; the page says why. "
        f"Days end at midnight {plain(grid.zone.key)}; the last one still runs. "
        f"Sent every 15 minutes; what is missing leaves this dashboard after {WINDOW_MINUTES} minutes."
    )
    return note(text)


def headers(grid: Grid) -> list[tuple[int, str]]:
    """(days before the last one, `Tue 24 Nov`), oldest first."""
    last = len(grid.days) - 1
    return [(last - at, f"{weekday_text(day.date)} {date_text(day.date)}") for at, day in enumerate(grid.days)]


def plain(text: str) -> str:
    """Text in which nothing is Markdown or a link."""
    return "".join(f"\\{character}" if character in "\\`*_{}[]<>()#+!|~" else character for character in text)

"""`health-assets explain`: why one row has its colour on one day."""

import json
from typing import Any

import click
from rich import box
from rich.console import Group
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from health_assets.commands.options import DayType, closest, console, day_from, project_of
from health_assets.grid.colour import LOOKS, THRESHOLDS, Colour
from health_assets.grid.document import worked_formula
from health_assets.grid.model import Cell, Reading, Row
from health_assets.grid.wording import value_text
from health_assets.model.errors import ConfigError
from health_assets.model.fom import Fom
from health_assets.model.reason import REASON_TEXT
from health_assets.model.time import iso
from health_assets.pipeline.grid import load_grid
from health_assets.pipeline.runtime import Project, open_runtime
from health_assets.scoring.explain import distance_to_next_colour


@click.command("explain")
@click.argument("fom")
@click.option("--day", type=DayType(), default="today", show_default=True, help="Day to explain.")
@click.option("--format", "form", type=click.Choice(["table", "json"]), default="table", show_default=True)
@click.pass_context
def command(ctx: click.Context, fom: str, day: str, form: str) -> None:
    """Say why FOM has its colour: the formula with the numbers in, the condition, the records behind it, and how far
    the next colour is. FOM is a full name or its last part.

    \b
    Examples:
      health-assets explain health.ci.stale_prs.fom
      health-assets explain stale_prs --day yesterday
    """
    project, clock = project_of(ctx)
    row_fom = fom_named(project, fom)
    with open_runtime(project, clock=clock) as runtime:
        row = load_grid(runtime, days=[day_from(runtime, day)], foms=[row_fom]).rows[0]
    if form == "json":
        click.echo(json.dumps(_document(row), indent=2))
    else:
        console().print(_panel(row))


def fom_named(project: Project, name: str) -> Fom:
    """The row called `name`, or whose name has `name` as its part between dots; ConfigError with a hint otherwise."""
    matches = [fom for fom in project.foms if fom.name == name] or [
        fom for fom in project.foms if name in fom.name.split(".")
    ]
    if len(matches) == 1:
        return matches[0]
    names = [fom.name for fom in project.foms]
    if matches:
        raise ConfigError(f"{name!r} means more than one row", hint=", ".join(fom.name for fom in matches))
    known = [fom.name.split(".")[-2] for fom in project.foms] + names
    raise ConfigError(f"there is no row {name!r} for the configured sources", hint=closest(name, known))


def distance_text(fom: Fom, reading: Reading, unit: str) -> str:
    """How far the next colour is, in words; empty where the value is missing or no value leads there."""
    distance = distance_to_next_colour(fom, reading.value if reading.score is not None else None, thresholds=THRESHOLDS)
    if distance is None:
        return ""
    colour = {THRESHOLDS[0]: Colour.YELLOW, THRESHOLDS[1]: Colour.GREEN}[distance.threshold].value
    at = f"{value_text(distance.at, unit)} ({distance.change:+.3g})"
    return f"{colour} at {at}" if distance.better else f"no longer {colour} beyond {at}"


def _document(row: Row) -> dict[str, Any]:
    cell = row.latest
    return {
        "fom": row.fom.name,
        "label": row.fom.label,
        "day": cell.day.key,
        "provisional": cell.provisional,
        "colour": cell.colour.value,
        "metric": row.fom.metric,
        "unit": row.unit,
        "definition": row.definition,
        "condition": row.fom.condition,
        "formula": row.formula,
        "why": row.fom.why,
        "scopes": [_reading(row, reading) for reading in cell.scopes],
    }


def _reading(row: Row, reading: Reading) -> dict[str, Any]:
    return {
        "scope": reading.scope,
        "colour": reading.colour.value,
        "score": reading.score,
        "value": reading.value,
        "reason": reading.reason.value if reading.reason else None,
        "detail": reading.detail or None,
        "samples": reading.samples,
        "as_of": iso(reading.as_of) if reading.as_of else None,
        "next_colour": distance_text(row.fom, reading, row.unit) or None,
        "evidence_total": reading.evidence_total,
        "evidence": [
            {
                "label": piece.label,
                "url": piece.url or None,
                "at": iso(piece.at) if piece.at else None,
                "note": piece.note,
            }
            for piece in reading.evidence
        ],
    }


def _panel(row: Row) -> Panel:
    cell = row.latest
    facts = Table.grid(padding=(0, 2))
    facts.add_column(style="dim", no_wrap=True)
    facts.add_column(overflow="fold")
    facts.add_row("metric", Text(f"{row.fom.metric} ({row.unit})"))
    facts.add_row("definition", Text(row.definition))
    facts.add_row("wanted", Text(row.fom.condition))
    facts.add_row("formula", Text(row.formula))
    facts.add_row("why", Text(row.fom.why))
    parts: list[Any] = [facts]
    for reading in cell.scopes:
        parts += [Text(), _scope(row, cell, reading)]
    title = Text(f"{row.fom.label}, {cell.day.key}{' (provisional)' if cell.provisional else ''}", style="bold")
    return Panel(
        Group(*parts), title=title, title_align="left", subtitle=Text(row.fom.name, style="dim"), subtitle_align="left"
    )


def _scope(row: Row, cell: Cell, reading: Reading) -> Group:
    head = Text(f" {reading.text} {reading.colour.value} ", style=LOOKS[reading.colour].ansi)
    head = Text.assemble(
        head, "  ", (reading.scope or row.source, "bold"), "  decides the cell" if reading is cell.shown else ""
    )
    lines: list[Any] = [head]
    if reading.score is not None:
        lines.append(Text(f"{worked_formula(row, reading)}   from {reading.samples} records"))
        far = distance_text(row.fom, reading, row.unit)
        if far:
            lines.append(Text(f"next colour: {far}"))
    elif reading.reason is not None:
        lines.append(
            Text(f"{REASON_TEXT[reading.reason]}{': ' + reading.detail if reading.detail else ''}", style="italic")
        )
    if reading.as_of:
        lines.append(Text(f"as of {iso(reading.as_of)}", style="dim"))
    if reading.evidence:
        lines.append(_evidence(reading))
    return Group(*lines)


def _evidence(reading: Reading) -> Table:
    table = Table(
        box=box.SIMPLE_HEAD,
        pad_edge=False,
        title=f"{len(reading.evidence)} of {reading.evidence_total} records",
        title_justify="left",
        title_style="dim",
    )
    for name in ("record", "note", "at", "link"):
        table.add_column(name, overflow="fold")
    for piece in reading.evidence:
        table.add_row(Text(piece.label), Text(piece.note), Text(iso(piece.at) if piece.at else ""), Text(piece.url))
    return table

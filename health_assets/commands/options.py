"""What commands share: the project from the context, days from options, and tables for people or scripts."""

import csv
import difflib
import io
import json
import os
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

import click
from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from health_assets.model.errors import ConfigError
from health_assets.model.time import DAY, Day, day_of
from health_assets.pipeline.clock import Clock, clock_from
from health_assets.pipeline.runtime import Project, Runtime, load_project


def project_of(ctx: click.Context) -> tuple[Project, Clock]:
    """Project and clock from the global options; --config and --now also reach child processes by environment."""
    options: dict[str, Any] = ctx.find_root().obj
    if options["config"] is not None:
        os.environ["HEALTH_CONFIG"] = str(options["config"])
    if options["now"] is not None:
        os.environ["HEALTH_NOW"] = options["now"]
    return load_project(options["config"]), clock_from(options["now"])


#: Where output is piped there is no window to fit in: wide enough that no table wraps.
PIPED_WIDTH = 200


def console() -> Console:
    """The terminal for results; callers pass outside text as Text, so that it is never read as markup."""
    found = Console(highlight=False)
    if not found.is_terminal and "COLUMNS" not in os.environ:
        found.width = PIPED_WIDTH
    return found


def say_failed(text: str) -> None:
    """One line about a failure, to stderr: stdout is for what was asked."""
    Console(stderr=True, highlight=False, soft_wrap=True).print(text, markup=False, style="bold red")


class DayType(click.ParamType[str]):
    """A calendar day: an ISO date, `today` or `yesterday` in the configured timezone."""

    name = "day"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """The text itself when it is a day; fails with an example otherwise."""
        if value in ("today", "yesterday"):
            return value
        try:
            return date.fromisoformat(value).isoformat()
        except ValueError:
            self.fail(f"{value!r} is not a day; write 2026-01-31, today or yesterday", param, ctx)


def day_from(runtime: Runtime, text: str | None) -> Day:
    """The partition day that a --day or --end option means; today when it was not given. No day of the future."""
    today = runtime.day()
    if text in (None, "today"):
        return today
    zone = runtime.project.config.settings.zone
    if text == "yesterday":
        return day_of(today.date - DAY, zone)
    day = day_of(date.fromisoformat(str(text)), zone)
    if day.date > today.date:
        raise ConfigError(f"{day.key} lies in the future; today is {today.key}", hint="choose today or an earlier day")
    return day


def source_named(project: Project, name: str) -> str:
    """`name` if that source is configured, else ConfigError with what is."""
    if name not in project.sources:
        raise ConfigError(
            f"{project.config.origin}: the source {name!r} is not configured",
            hint=closest(name, list(project.sources)),
        )
    return name


def closest(word: str, known: Sequence[str]) -> str:
    """A hint that names the nearest known word, or the first few."""
    near = difflib.get_close_matches(word, known, n=1, cutoff=0.5)
    if near:
        return f"did you mean {near[0]}?"
    return f"known: {', '.join(known[:5])}{', ...' if len(known) > 5 else ''}"


def print_rows(rows: Sequence[Mapping[str, Any]], *, form: str, columns: Sequence[str]) -> None:
    """Rows for scripts: JSON (null for what is missing) or CSV (empty)."""
    if form == "json":
        click.echo(json.dumps([{name: row[name] for name in columns} for row in rows], indent=2, default=_json))
        return
    buffer = io.StringIO()
    writer = csv.DictWriter(buffer, fieldnames=list(columns), extrasaction="ignore", lineterminator="\n")
    writer.writeheader()
    writer.writerows({name: "" if row[name] is None else row[name] for name in columns} for row in rows)
    click.echo(buffer.getvalue(), nl=False)


def print_table(rows: Sequence[Mapping[str, Any]], *, columns: Mapping[str, str], title: str = "") -> None:
    """Rows for people. columns: key -> heading; numbers stand right. Outside text is printed literally."""
    table = Table(title=title or None, title_justify="left", header_style="bold", box=box.SIMPLE_HEAD, pad_edge=False)
    for key, heading in columns.items():
        numeric = all(isinstance(row[key], int | float) or row[key] is None for row in rows)
        table.add_column(heading, justify="right" if numeric else "left", overflow="fold")
    for row in rows:
        table.add_row(*(Text(_text(row[key])) for key in columns))
    console().print(table)


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, float):
        return f"{value:,.6g}"
    return f"{value:,}" if isinstance(value, int) else str(value)


def _json(value: Any) -> str:
    if isinstance(value, datetime | date):
        return value.isoformat()
    raise TypeError(f"{type(value).__name__} cannot be written as JSON")

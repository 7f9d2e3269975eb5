"""The `health-assets` command: options that all commands share, lazy loading, and one clear line for every error.

Exit codes: 0 done; 1 a source or a check failed (the output says which); 2 wrong use, configuration or store.
"""

import importlib
from pathlib import Path
from typing import Any

import click
from rich.console import Console

from health_assets.model.errors import ConfigError, HealthError, StoreError

COMMANDS = {
    "grid": "Show the grid of the last days.",
    "explain": "Say why one row has its colour.",
    "collect": "Try one source without storing anything.",
    "metrics": "List stored observations.",
    "backfill": "Collect, measure, score and publish a range of days as one run.",
    "restore": "Fill recorded metrics of past days with what was published to Datadog.",
    "page": "Write the page, grid.json and grid.csv from the store.",
    "datadog": "Compare, bring up to date or print what is kept in Datadog.",
    "report": "Write the result of a finished training job or evaluation.",
    "doctor": "Check configuration, credentials, reachability and store.",
    "sandbox": "Run the local stand-in services.",
    "demo": "Sandbox, backfill, grid, page and Dagster UI in one.",
    "schema": "Print the JSON Schema of health.yaml.",
}


class LazyGroup(click.Group):
    """Imports a command's module when it is used: pandas and Dagster are not worth loading for `--help`."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002
        """Names in the order of COMMANDS."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        """The command of module health_assets.commands.<name>."""
        if cmd_name not in COMMANDS:
            return None
        command = importlib.import_module(f"health_assets.commands.{cmd_name}").command
        return command if isinstance(command, click.Command) else None

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        """The list of commands, without importing them."""
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))

    def invoke(self, ctx: click.Context) -> Any:
        """Runs the command; an expected error becomes one message and an exit code, never a traceback."""
        try:
            return super().invoke(ctx)
        except HealthError as error:
            console = Console(stderr=True, highlight=False, soft_wrap=True)
            console.print(f"[bold red]error[/]  {_plain(error.message)}", markup=True)
            if error.hint:
                console.print(f"[dim]what to do[/]  {_plain(error.hint)}")
            ctx.exit(2 if isinstance(error, ConfigError | StoreError) else 1)


def _plain(text: str) -> str:
    return text.replace("[", r"\[")


@click.group(
    cls=LazyGroup,
    context_settings={"max_content_width": 110},
    epilog="Without health.yaml everything runs against the built-in sandbox: try `health-assets demo`.",
)
@click.option(
    "--config", type=click.Path(path_type=Path), help="Settings file; default HEALTH_CONFIG, else ./health.yaml."
)
@click.option("--now", metavar="INSTANT", help="Use this instant as now, e.g. 2026-01-31T12:00:00Z (replays, tests).")
@click.version_option(package_name="health-assets", message="%(prog)s %(version)s")
@click.pass_context
def main(ctx: click.Context, config: Path | None, now: str | None) -> None:
    """How healthy were CI, training, evaluation and infrastructure on each of the last days, and why?

    \b
    Examples:
      health-assets grid                        the last 7 days in the terminal
      health-assets explain health.ci.stale_prs.fom
      health-assets backfill --days 30
      health-assets --now 2026-01-31T12:00:00Z grid --format json
    """
    ctx.obj = {"config": config, "now": now}

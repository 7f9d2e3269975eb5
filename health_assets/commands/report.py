"""`health-assets report training|eval`: the last step of a job writes its result, in one line."""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

import click

from health_assets.commands.options import project_of, source_named
from health_assets.model.errors import ConfigError
from health_assets.model.time import iso, parse_instant
from health_assets.pipeline.clock import clock_from
from health_assets.pipeline.report import KINDS, result_settings, write_result

Command = Callable[..., None]


class InstantType(click.ParamType[datetime]):
    """An ISO instant with offset or Z."""

    name = "instant"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """The instant in UTC; fails with an example otherwise."""
        try:
            return value if isinstance(value, datetime) else parse_instant(value)
        except ValueError:
            self.fail(f"{value!r} is not an instant; write it like 2026-01-31T12:00:00Z", param, ctx)


INSTANT = InstantType()
SHARED = (
    click.option("--job", required=True, metavar="NAME", help="Name of the job, for people."),
    click.option("--exit-code", type=int, required=True, help="0 = success; in a shell script: $?"),
    click.option("--seconds", type=click.FloatRange(min=0), help="How long it took; in bash: $SECONDS."),
    click.option("--started-at", type=INSTANT, help="When it began, instead of --seconds."),
    click.option("--finished-at", type=INSTANT, help="When it ended; default: now."),
    click.option("--url", default="", help="Where a person finds more."),
    click.option("--to", "directory", help="Directory, s3:// or gs://; default: that of the settings file."),
)


def _shared(command: Command) -> Command:
    for option in reversed(SHARED):
        command = option(command)
    return command


@click.group("report")
def command() -> None:
    """Write the result of a finished training job or evaluation, for the next collection to read.

    \b
    Examples, as the last line of a bash script:
      health-assets report training --job nightly --seconds $SECONDS --exit-code $? --checkpoint-step 10000
      health-assets report eval --job arena --where remote --fetched --seconds $SECONDS --exit-code $? \\
        --hearts 0.61 --expected-hearts 0.65 --to s3://acme-health/evaluations
    """


@command.command("training")
@_shared
@click.option("--where", type=click.Choice(["local", "remote"]), default="local", show_default=True)
@click.option("--checkpoint-step", type=click.IntRange(min=0), help="Its first checkpoint at or after 10,000 steps.")
@click.option("--checkpoint-at", type=INSTANT, help="When it was written; default: when the job ended.")
@click.option("--resumed-from-step", type=click.IntRange(min=0), help="Step of the checkpoint that it resumed from.")
@click.option("--resumed-at", type=INSTANT, help="When it resumed; default: when the job began.")
@click.pass_context
def training(ctx: click.Context, /, **given: Any) -> None:
    """Write the result of a training job."""
    began, ended = _times(ctx, given)
    facts = _facts(given, began, ended)
    for key, step, at in (
        ("checkpoint", given["checkpoint_step"], given["checkpoint_at"] or ended),
        ("resume", given["resumed_from_step"], given["resumed_at"] or began),
    ):
        if step is not None:
            facts[key] = {"step": step, "at": at}
    _write(ctx, facts, kind="training", directory=given["directory"])


@command.command("eval")
@_shared
@click.option("--where", type=click.Choice(["local", "remote"]), required=True)
@click.option("--hearts", type=float, help="Hearts that it measured.")
@click.option("--expected-hearts", type=click.FloatRange(min=0, min_open=True), help="Hearts that the policy reaches.")
@click.option("--fetched/--not-fetched", default=None, help="Whether a remote evaluation's result could be fetched.")
@click.pass_context
def evaluation(ctx: click.Context, /, **given: Any) -> None:
    """Write the result of an evaluation."""
    if (given["hearts"] is None) != (given["expected_hearts"] is None):
        raise click.UsageError("give both --hearts and --expected-hearts, or neither")
    facts = _facts(given, *_times(ctx, given)) | {"result_fetched": given["fetched"]}
    if given["hearts"] is not None:
        facts["hearts"] = {"measured": given["hearts"], "expected": given["expected_hearts"]}
    _write(ctx, facts, kind="evaluation", directory=given["directory"])


def _times(ctx: click.Context, given: Mapping[str, Any]) -> tuple[datetime, datetime]:
    ended: datetime = given["finished_at"] or clock_from(ctx.find_root().obj["now"])()
    if (given["started_at"] is None) == (given["seconds"] is None):
        raise click.UsageError("give either --seconds or --started-at")
    began: datetime = given["started_at"] or ended - timedelta(seconds=given["seconds"])
    return began, ended


def _facts(given: Mapping[str, Any], began: datetime, ended: datetime) -> dict[str, Any]:
    shared = {key: given[key] for key in ("job", "where", "exit_code", "url")}
    return {**shared, "started_at": iso(began), "finished_at": iso(ended)}


def _write(ctx: click.Context, facts: Mapping[str, Any], *, kind: str, directory: str | None) -> None:
    if directory is not None:
        settings = result_settings(kind, directory=directory)
    else:
        source, _, _ = KINDS[kind]
        project, _ = project_of(ctx)
        if project.config.sandbox:
            raise ConfigError("there is no settings file that names a directory", hint="give --to or --config")
        _, settings = project.sources[source_named(project, source)]
    click.echo(write_result(facts, kind=kind, settings=settings))

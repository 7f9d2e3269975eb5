"""`health-assets doctor`: what works, what does not, and what to do."""

from collections.abc import Iterator
from pathlib import Path

import click
from rich.text import Text

from health_assets.commands.options import console, print_rows, project_of
from health_assets.model.errors import HealthError
from health_assets.model.source import Check
from health_assets.model.time import iso
from health_assets.pipeline.clock import Clock
from health_assets.pipeline.datadog.doctor import diagnose
from health_assets.pipeline.runtime import Project, open_runtime


@click.command("doctor")
@click.option("--format", "form", type=click.Choice(["table", "json", "csv"]), default="table", show_default=True)
@click.pass_context
def command(ctx: click.Context, form: str) -> None:
    """Check configuration, credentials, reachability, permissions and store: one line each, with what to do.

    \b
    Examples:
      health-assets doctor
      health-assets --config other.yaml doctor --format json
    """
    project, clock = project_of(ctx)
    checks = []
    for check in _checks(project, clock):
        checks.append(check)
        if form == "table":
            _print(check)
    if form != "table":
        rows = [{"name": c.name, "ok": c.ok, "detail": c.detail, "hint": c.hint} for c in checks]
        print_rows(rows, columns=("name", "ok", "detail", "hint"), form=form)
    ctx.exit(0 if all(check.ok for check in checks) else 1)


def _print(check: Check) -> None:
    line = Text("ok    " if check.ok else "FAIL  ", style="green" if check.ok else "bold red")
    line.append(f"{check.name}: ", style="bold").append(check.detail, style="default")
    if check.hint and not check.ok:
        line.append(f"\n      {check.hint}", style="yellow")
    console().print(line, soft_wrap=True)


def _checks(project: Project, clock: Clock) -> Iterator[Check]:
    settings = project.config.settings
    yield Check(name="configuration", ok=True, detail=f"{project.config.origin}; timezone {settings.timezone}")
    yield Check(name="catalogue", ok=True, detail=f"{len(project.foms)} rows for {', '.join(project.sources)}")
    try:
        with open_runtime(project, clock=clock, network=True) as runtime:
            yield Check(name="store", ok=True, detail=runtime.store.url_safe)
            for name, (source, source_settings) in runtime.project.sources.items():
                yield from source.diagnose(source_settings)
                last = runtime.store.last_collection(name)
                yield Check(
                    name=f"{name}: last collection",
                    ok=last is None or last.ok,
                    detail="never"
                    if last is None
                    else f"{iso(last.started_at)}, {last.requests} requests, {last.errors} errors",
                    hint="" if last is None else "; ".join(message for _, _, message in last.failures),
                )
            published = runtime.project.config.settings.publish.datadog
            if published is not None:
                yield from diagnose(published)
    except HealthError as error:
        yield Check(name="store", ok=False, detail=error.message, hint=error.hint)
    folder = settings.publish.page.path
    yield _writable(folder)


def _writable(folder: Path) -> Check:
    nearest = next(parent for parent in (folder, *folder.resolve().parents) if parent.exists())
    try:
        probe = nearest / ".health_assets_probe"
        probe.touch()
        probe.unlink()
    except OSError as error:
        return Check(
            name="page",
            ok=False,
            detail=f"{folder}: {error.strerror}",
            hint="set publish.page.path to a writable folder",
        )
    return Check(name="page", ok=True, detail=str(folder))

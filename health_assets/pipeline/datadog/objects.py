"""Dashboards and monitors: brought to what they should be, and nothing sent that is as it should be."""

from dataclasses import dataclass
from typing import Any

from health_assets.datadog.apply import Api, Applied, apply_dashboard, apply_monitors
from health_assets.datadog.cells import METRIC
from health_assets.datadog.dashboards import DASHBOARDS
from health_assets.datadog.monitors import body, load_monitors
from health_assets.datadog.settings import Settings
from health_assets.grid.model import Grid
from health_assets.model.errors import PublishError
from health_assets.pipeline.datadog.account import remember, settings_of, target_of
from health_assets.pipeline.datadog.metrics import HEARTBEAT
from health_assets.pipeline.runtime import Runtime


@dataclass(frozen=True, kw_only=True)
class Kept:
    """What became of dashboards or monitors."""

    applied: tuple[Applied, ...] = ()
    problem: PublishError | None = None


def publish_dashboards(runtime: Runtime, grid: Grid, api: Api, *, dry_run: bool = False) -> Kept:
    """Brings the three dashboards to the grid's layout. The first refusal or outage ends it."""
    settings = settings_of(runtime)
    target, owner = target_of(settings), runtime.project.config.settings.owner
    known = runtime.store.read_publications(target)
    done: list[Applied] = []
    problem = None
    for name, build in DASHBOARDS.items():
        wanted = build(grid, env=settings.env, owner=owner)
        held = known.get(f"dashboard:{name}")
        try:
            result = apply_dashboard(
                api, name, wanted, env=settings.env, known_id=held.remote_id if held else None, dry_run=dry_run
            )
        except PublishError as error:
            problem = error
            break
        done.append(result)
        if not dry_run and (held is None or held.remote_id != result.id):
            remember(runtime, target, f"dashboard:{name}", id=result.id)
    return Kept(applied=tuple(done), problem=problem)


def publish_monitors(runtime: Runtime, api: Api, *, dry_run: bool = False) -> Kept:
    """Brings the monitors to their file. The first refusal or outage ends it. Raises ConfigError for a wrong file."""
    settings = settings_of(runtime)
    bodies = monitor_bodies(runtime, settings)
    done: list[Applied] = []
    try:
        for result in apply_monitors(api, bodies, env=settings.env, dry_run=dry_run):
            done.append(result)
    except PublishError as error:
        return Kept(applied=tuple(done), problem=error)
    return Kept(applied=tuple(done))


def monitor_bodies(runtime: Runtime, settings: Settings) -> dict[str, dict[str, Any]]:
    """Name -> monitor as it should be. Raises ConfigError."""
    project = runtime.project
    known = {*project.metrics(), *(fom.name for fom in project.foms), HEARTBEAT, METRIC}
    monitors = load_monitors(settings.monitors, known=frozenset(known), sources=list(project.sources))
    return {monitor.name: body(monitor, env=settings.env, runbooks=settings.runbooks) for monitor in monitors}

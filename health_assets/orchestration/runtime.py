"""The one resource of the code location: opens the project for a step."""

from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import date

import dagster as dg

from health_assets.model.time import Day, day_of
from health_assets.pipeline.clock import Clock
from health_assets.pipeline.runtime import Project, Runtime, open_runtime

RESOURCE = "health"


@dataclass(frozen=True)
class Health:
    """What a step asks for: the project as it was when the code location loaded, and the clock."""

    project: Project
    clock: Clock

    def open(self, *, network: bool = False) -> AbstractContextManager[Runtime]:
        """An opened runtime; `network` for steps that reach a source."""
        return open_runtime(self.project, clock=self.clock, network=network)


def health_of(context: dg.AssetExecutionContext) -> Health:
    """The resource, typed."""
    found = context.resources.original_resource_dict[RESOURCE]
    if not isinstance(found, Health):
        raise TypeError(f"resource {RESOURCE!r} is {type(found).__name__}, not Health")
    return found


def days_of(context: dg.AssetExecutionContext, runtime: Runtime) -> tuple[Day, ...]:
    """The partition days of this run, oldest first: one for a tick, several for a single-run backfill."""
    zone = runtime.project.config.settings.zone
    return tuple(day_of(date.fromisoformat(key), zone) for key in sorted(context.partition_keys))

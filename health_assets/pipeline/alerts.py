"""Failed runs: told once for each cause, and once more when it is over, to Datadog (if configured) and the log.

A failing source fails no run (ADR 0003): what is told here is a bug, a broken machine or a lost worker.
"""

import logging

from health_assets.model.errors import HealthError
from health_assets.model.publication import Publication
from health_assets.pipeline.datadog.account import datadog_client
from health_assets.pipeline.runtime import Runtime

LOG = logging.getLogger(__name__)
TARGET = "alerts"


def tell_failure(runtime: Runtime, *, cause: str, run_id: str) -> bool:
    """Tells a cause that is not open yet; False for one that is. An error's text is no cause: it may hold a secret."""
    if cause in runtime.store.read_publications(TARGET):
        return False
    LOG.error("run %s failed: %s; see its log in Dagster", run_id, cause)
    _event(
        runtime,
        title="The health pipeline: a run failed",
        text=f"{cause}\n\nRun {run_id}. Its log in Dagster has the traceback. Runs that fail alike are not told again.",
        kind="error",
    )
    opened = Publication(target=TARGET, name=cause, remote_id=run_id, digest="", published_at=runtime.clock())
    runtime.store.write_publications([opened])
    return True


def tell_all_clear(runtime: Runtime, *, run_id: str) -> tuple[str, ...]:
    """After a run that succeeded: the causes that were open, told to be over."""
    causes = tuple(sorted(runtime.store.read_publications(TARGET)))
    if causes:
        LOG.info("run %s succeeded again after: %s", run_id, ", ".join(causes))
        text = f"Run {run_id} succeeded. Over: {', '.join(causes)}"
        _event(runtime, title="The health pipeline: runs succeed again", text=text, kind="success")
        runtime.store.forget_publications(TARGET, causes)
    return causes


def _event(runtime: Runtime, *, title: str, text: str, kind: str) -> None:
    settings = runtime.project.config.settings.publish.datadog
    if settings is None:
        return
    try:
        with datadog_client(settings) as api:
            api.event(title=title, text=text, kind=kind, env=settings.env)
    except HealthError as error:
        # the log has it already, and the monitor of a silent pipeline watches the rest
        LOG.error("Datadog was not told: %s", error)

"""What `health-assets doctor` tries against Asana: one line each, with what to do when it fails."""

import time
from collections.abc import Iterator

from health_assets.model.errors import HealthError
from health_assets.model.source import Check
from health_assets.sources.asana.client import Client
from health_assets.sources.asana.settings import Settings, Workspace
from health_assets.sources.doctor import refused, tried_in_turn


def diagnose(settings: Settings) -> list[Check]:
    """Sign-in, projects and bugs project of each workspace. Makes 2 requests a workspace and one a page of projects."""
    return [check for workspace in settings.workspaces for check in _checks(workspace, settings)]


def _checks(workspace: Workspace, settings: Settings) -> Iterator[Check]:
    name = f"asana: {workspace.name}"
    try:
        client = Client(workspace, settings, deadline=time.monotonic() + settings.deadline_seconds)
    except HealthError as error:
        yield refused(name, error)
        return
    try:
        yield from tried_in_turn(
            (name, lambda: f"signed in as user {client.user()}"),
            (f"{name}: projects", lambda: f"readable, {len(client.projects())} projects"),
            (f"{name}: bugs", lambda: f"readable, {client.open_bug_count()} open tasks"),
        )
    finally:
        client.close()

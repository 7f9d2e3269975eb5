"""The command line against one small repository behind a real server, in a working folder of its own."""

import os
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from unittest.mock import patch

import pytest
from click.testing import CliRunner, Result

from health_assets.cli import main
from health_assets.model.time import iso
from health_assets.pipeline.refresh import refresh
from health_assets.pipeline.runtime import load_project, open_runtime
from health_assets.sandbox.server import SandboxServer
from health_assets_tests.sandbox.small import NAME, PULL, WORLD, T

#: Open for 20 days; what looks like markup in its title must come out as it is.
STALE = replace(
    PULL, number=7, title="[bold]old[/] work", created_at=T - timedelta(days=20), merged_at=None, closures=(), labels=()
)
NOW = iso(T)
TODAY, YESTERDAY, TOMORROW = "2026-03-04", "2026-03-03", "2026-03-05"
TOKEN = "ghp_neverprinted"

Run = Callable[..., Result]


@pytest.fixture(scope="session")
def server() -> Iterator[SandboxServer]:
    """The small world with one stale pull request, as of T; it refuses TOKEN."""
    world = replace(WORLD, pulls=(*WORLD.pulls, STALE))
    with SandboxServer({NAME: world}, now=T, bad_token=TOKEN) as running:
        yield running


@pytest.fixture(scope="session")
def settings(server: SandboxServer) -> str:
    """health.yaml for the server."""
    return f"sources:\n  github:\n    repositories: [{NAME}]\n    api_url: {server.url}\n"


@pytest.fixture(scope="session")
def filled(settings: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A working folder whose store has the 8 days ending with T."""
    folder = tmp_path_factory.mktemp("filled")
    (folder / "health.yaml").write_text(settings + f"store: sqlite:///{folder}/var/health.db\n")
    with open_runtime(load_project(folder / "health.yaml", environ={}), clock=lambda: T) as runtime:
        refresh(runtime, days=runtime.days(8))
    return folder


@pytest.fixture
def empty(settings: str, tmp_path: Path) -> Path:
    """A working folder with settings and nothing collected."""
    (tmp_path / "health.yaml").write_text(settings)
    return tmp_path


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch) -> Iterator[Run]:
    """Runs the command in `folder` as of T; an error that the command does not expect is raised, not hidden."""

    def invoke(*arguments: str, folder: Path, now: str | None = NOW, **environ: str) -> Result:
        monkeypatch.chdir(folder)
        os.environ.update(environ)
        moment = [] if now is None else ["--now", now]
        return CliRunner().invoke(main, [*moment, *arguments], catch_exceptions=False, prog_name="health-assets")

    # --config and --now reach child processes by environment: none of it may outlive the test
    ours = [name for name in os.environ if name.startswith("HEALTH_") and "TEST" not in name]
    with patch.dict(os.environ, {"NO_COLOR": "1"}):
        for name in (*ours, "DAGSTER_HOME", "COLUMNS"):
            os.environ.pop(name, None)
        yield invoke

"""`restore` over a store without recorded values and an account that has some."""

import json
from datetime import timedelta

import pytest

from health_assets.datadog.names import observation_tags
from health_assets.sandbox.datadog.service import Datadog, routes
from health_assets.sandbox.datadog.world import Account
from health_assets.sandbox.server import SandboxServer
from health_assets_tests.commands.conftest import YESTERDAY
from health_assets_tests.sandbox.small import NAME, T

METRIC = "github.branches.active"


@pytest.fixture
def folder(tmp_path):
    account = Account()
    account.add(
        METRIC, at=T - timedelta(days=1), value=12.0, tags=observation_tags(env="prod", source="github", scope=NAME)
    )
    with SandboxServer({}, now=T, services=routes(Datadog(account, lambda: T))) as server:
        (tmp_path / "health.yaml").write_text(
            f"sources:\n  github: {{repositories: [{NAME}], api_url: {server.url}}}\n"
            f"  datadog: {{api_url: {server.url}/datadog}}\n"
        )
        yield tmp_path


def test_what_was_published_is_restored_and_shown(run, folder):
    result = run("restore", folder=folder)
    assert (0, "") == (result.exit_code, result.stderr)
    assert "restored 1 of " in result.stdout
    (value,) = [row["value"] for row in metrics(run, folder) if row["metric"] == METRIC]
    assert 12.0 == value


def test_a_dry_run_shows_it_and_writes_nothing(run, folder):
    shown = json.loads(run("restore", "--dry-run", "--format", "json", folder=folder).stdout)
    assert [(METRIC, NAME, YESTERDAY, 12.0)] == [
        tuple(row[key] for key in ("metric", "scope", "day", "value")) for row in shown
    ]
    assert "would restore 1 of " in run("restore", "--dry-run", folder=folder).stdout


def test_without_the_source_it_says_what_to_add(run, empty):
    result = run("restore", folder=empty)
    assert (2, "") == (result.exit_code, result.stdout)
    assert "sources.datadog: is not configured" in result.stderr


def metrics(run, folder):
    return json.loads(run("metrics", "github", "--day", YESTERDAY, "--format", "json", folder=folder).stdout)

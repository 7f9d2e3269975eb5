"""One collection: what it costs and what it says."""

from datetime import UTC, datetime
from pathlib import Path

from health_assets.pipeline.collect import collect
from health_assets.sandbox.github.world import Repository
from health_assets.sandbox.server import SandboxServer
from health_assets_tests.worlds import REPOSITORY, runtime_for

NOW = datetime(2026, 3, 10, 12, tzinfo=UTC)


def test_a_collection_names_and_counts_every_request(tmp_path: Path) -> None:
    with (
        SandboxServer({REPOSITORY: Repository(full_name=REPOSITORY)}, now=NOW) as server,
        runtime_for(server.url, store=tmp_path / "health.db", clock=lambda: NOW) as runtime,
    ):
        collected = collect(runtime, "github", days=[runtime.day()])
        assert len(server.requests) == collected.collection.requests == sum(collected.sent.values())
        assert 1 == collected.sent["POST /graphql Tick"]


def test_a_dry_run_stores_nothing(tmp_path: Path) -> None:
    with (
        SandboxServer({REPOSITORY: Repository(full_name=REPOSITORY)}, now=NOW) as server,
        runtime_for(server.url, store=tmp_path / "health.db", clock=lambda: NOW) as runtime,
    ):
        collect(runtime, "github", days=[runtime.day()], store_it=False)
        assert {} == runtime.store.read_coverage("github", scope=REPOSITORY)
        assert runtime.store.last_collection("github") is None

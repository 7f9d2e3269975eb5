"""One collection: what it costs and what it says."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from threading import Barrier

import pytest

from health_assets.model.errors import ContractError
from health_assets.model.record import Batch
from health_assets.model.source import FetchRequest, Source
from health_assets.pipeline.collect import collect, collect_side_by_side
from health_assets.pipeline.runtime import Runtime
from health_assets.sandbox.github.world import Repository
from health_assets.sandbox.server import SandboxServer
from health_assets_tests.worlds import REPOSITORY, runtime_for

NOW = datetime(2026, 3, 10, 12, tzinfo=UTC)
SECRET = "a token perhaps"


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


@dataclass(frozen=True)
class AnySettings:
    deadline_seconds: float = 30.0


def source(name: str, fetch: Callable[[AnySettings, FetchRequest], Batch]) -> Source:
    return Source(
        name=name,
        title=name,
        description="",
        kinds=(),
        families=(),
        settings=AnySettings,
        scopes=lambda _: ["scope"],
        fetch=fetch,
        diagnose=lambda _: [],
        demo=lambda _: {},
    )


def empty(_: AnySettings, request: FetchRequest) -> Batch:
    return Batch(scope=request.scope, records=(), coverage=(), requests=0)


@contextmanager
def runtime_of(*sources: Source, folder: Path) -> Iterator[Runtime]:
    with runtime_for("http://127.0.0.1:9", store=folder / "health.db", clock=lambda: NOW) as runtime:
        project = replace(runtime.project, sources={found.name: (found, AnySettings()) for found in sources}, foms=())
        yield replace(runtime, project=project)


def test_sources_are_fetched_side_by_side(tmp_path: Path) -> None:
    met = Barrier(2, timeout=20)

    def fetch(settings: AnySettings, request: FetchRequest) -> Batch:
        met.wait()
        return empty(settings, request)

    with runtime_of(source("one", fetch), source("two", fetch), folder=tmp_path) as runtime:
        done = dict(collect_side_by_side(runtime, ["one", "two"], days=[runtime.day()]))
    assert {"one": True, "two": True} == {name: collected.collection.ok for name, collected in done.items()}


def test_a_bug_in_one_source_is_its_failure_and_costs_the_others_nothing(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    def fetch(_: AnySettings, request: FetchRequest) -> Batch:
        raise KeyError(SECRET)

    with runtime_of(source("good", empty), source("broken", fetch), folder=tmp_path) as runtime:
        done = dict(collect_side_by_side(runtime, ["good", "broken"], days=[runtime.day()]))
        stored = runtime.store.last_collection("broken")
    assert done["good"].collection.ok
    assert stored is not None
    ((scope, cause, message),) = stored.failures
    assert ("scope", "bug") == (scope, cause)
    assert "unexpected KeyError in test_collect.py:" in message
    assert SECRET not in message + caplog.text
    assert "test_collect.py" in caplog.text


def test_a_payload_that_a_fetch_lets_through_is_its_failure_and_costs_the_others_nothing(tmp_path: Path) -> None:
    def fetch(_: AnySettings, request: FetchRequest) -> Batch:
        raise ContractError("things: id is a list")

    with runtime_of(source("good", empty), source("broken", fetch), folder=tmp_path) as runtime:
        done = dict(collect_side_by_side(runtime, ["good", "broken"], days=[runtime.day()]))
    assert done["good"].collection.ok
    ((scope, cause, message),) = done["broken"].collection.failures
    assert ("scope", "bad_payload") == (scope, cause)
    assert "things: id is a list" in message

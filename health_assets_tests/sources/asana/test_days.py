"""With the whole pipeline: a backfilled day is the day as it was collected live, a recorded one stays as it was."""

import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from health_assets.config import Config
from health_assets.config import Settings as ProjectSettings
from health_assets.model.metric import History
from health_assets.model.reason import Reason
from health_assets.model.time import Day, days_ending
from health_assets.pipeline.measure import measure
from health_assets.pipeline.refresh import refresh
from health_assets.pipeline.runtime import Project, Runtime
from health_assets.sandbox import faults
from health_assets.sandbox.asana.service import Asana, routes
from health_assets.sandbox.asana.world import Task, Workspace
from health_assets.sandbox.server import SandboxServer
from health_assets.sources.asana import SOURCE
from health_assets.store.store import Store
from health_assets_tests.sources.asana.workspaces import DAY, METRICS, NOW, TODAY, ZONE, settings_for, task, workspace

START = datetime(2026, 3, 2, tzinfo=UTC)
DAYS = 3
RECONSTRUCTED = [name for name, metric in METRICS.items() if metric.history is History.RECONSTRUCTED]


@contextmanager
def runtime(server: SandboxServer, folder: Path, name: str = "health") -> Iterator[Runtime]:
    configured = ProjectSettings(store=f"sqlite:///{folder}/{name}.db")
    project = Project(
        config=Config(settings=configured, origin="test", sandbox=False),
        sources={"asana": (SOURCE, settings_for(server.url))},
        foms=(),
    )
    with Store.open(configured.store) as store:
        yield Runtime(project=project, store=store, clock=server.clock)


def seen(running: Runtime, name: str, *, day: str = TODAY.key):
    return running.store.read_observation(f"asana.projects.{name}", scope="acme", day=day)


def observations(running: Runtime, days: Sequence[Day]):
    """Everything stored about the reconstructible metrics, evidence included."""
    names = [name.removeprefix("asana.projects.") for name in RECONSTRUCTED]
    return {(name, day.key): seen(running, name, day=day.key) for name in names for day in days}


@st.composite
def histories(draw: st.DrawFn) -> Workspace:
    """Up to a dozen bugs of the weeks around the watched days, some completed, some moved."""
    minutes = st.integers(-40 * 1440, (DAYS + 1) * 1440)
    tasks = []
    for number in range(draw(st.integers(0, 12))):
        created = draw(minutes)
        lasts = draw(st.none() | st.integers(0, 45 * 1440))
        moved = created + draw(st.integers(0, 3000))
        tasks.append(
            Task(
                gid=str(number),
                name=f"bug {number}",
                created_at=START + timedelta(minutes=created),
                completed_at=None if lasts is None else START + timedelta(minutes=created + lasts),
                moves=[(START + timedelta(minutes=moved), "Active")],
            )
        )
    return workspace(*tasks)


def tick_live(running: Runtime, server: SandboxServer, days: Sequence[Day], seed: int) -> None:
    """Two ticks on each day at any minute, and the finalising one after its end."""
    random = Random(seed)
    for day in days:
        for minute in sorted(random.randrange(60, 1440) for _ in range(2)):
            server.now = day.start + timedelta(minutes=minute)
            refresh(running, days=running.days(1))
        server.now = day.end + timedelta(minutes=15)
        assert () == refresh(running, days=running.days(2))["asana"].collection.failures


@pytest.mark.timeout(120)
@given(world=histories(), seed=st.integers(0, 2**16))
@settings(
    max_examples=3,
    derandomize=True,
    deadline=None,
    # each example is days over real HTTP: a failing one is shown as it is and not made smaller
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)
def test_days_of_ticks_end_as_one_backfill_of_them(world: Workspace, seed: int) -> None:
    days = days_ending((START + (DAYS - 1) * DAY).date(), DAYS, ZONE)
    service = Asana(world, lambda: server.clock())
    server = SandboxServer({}, now=START, services=routes(service))
    with (
        tempfile.TemporaryDirectory() as folder,
        server,
        runtime(server, Path(folder), "live") as live,
        runtime(server, Path(folder), "backfill") as filled,
    ):
        tick_live(live, server, days, seed)
        refresh(filled, days=days)
        measure(live, "asana", days=days)
        assert observations(filled, days) == observations(live, days)


def test_past_days_are_reconstructed_where_timestamps_tell_and_missing_where_not(serve, tmp_path):
    server = serve(workspace(task(1, created=9), task(2, created=9, completed_at=NOW - DAY / 2)))
    with runtime(server, tmp_path) as running:
        refresh(running, days=running.days(3))
        yesterday = (TODAY.date - DAY).isoformat()
        assert (2, 1) == (seen(running, "bugs.total_open", day=yesterday).value, seen(running, "bugs.total_open").value)
        assert Reason.NOT_RECONSTRUCTIBLE == seen(running, "bugs.triage_count", day=yesterday).reason
        assert Reason.NOT_RECONSTRUCTIBLE == seen(running, "off_track", day=yesterday).reason
        assert [] == [name for name in METRICS if seen(running, name.removeprefix("asana.projects.")).reason]


def test_the_sections_of_a_day_stay_as_they_were(serve, tmp_path):
    server = serve(workspace(task(1, moves=[(NOW - DAY, "Triage"), (NOW + DAY / 2, "Active")])))
    with runtime(server, tmp_path) as running:
        refresh(running, days=running.days(1))
        server.now = NOW + DAY
        refresh(running, days=running.days(2))
        tomorrow = (TODAY.date + DAY).isoformat()
        counts = [seen(running, "bugs.triage_count", day=day).value for day in (TODAY.key, tomorrow)]
        assert [1, 0] == counts


def test_a_failed_read_keeps_what_was_measured_and_heals_by_itself(serve, tmp_path):
    server = serve(workspace(task(1), task(2, completed_at=NOW + timedelta(minutes=30))))
    with runtime(server, tmp_path) as running:
        refresh(running, days=running.days(1))
        server.faults.add(faults.bad_gateway())
        server.now = NOW + timedelta(hours=1)
        refresh(running, days=running.days(1))
        assert (2, NOW) == (seen(running, "bugs.total_open").value, seen(running, "bugs.total_open").as_of)
        server.faults.clear()
        refresh(running, days=running.days(1))
        assert 1 == seen(running, "bugs.total_open").value

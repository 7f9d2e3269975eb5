"""A backfilled day is the day as it was collected live, through the real pipeline and store."""

import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from health_assets.config import Config
from health_assets.config import Settings as ProjectSettings
from health_assets.model.metric import History
from health_assets.model.time import Day, days_ending
from health_assets.pipeline.collect import collect
from health_assets.pipeline.measure import measure
from health_assets.pipeline.runtime import Project, Runtime
from health_assets.sandbox.server import SandboxServer
from health_assets.sandbox.skypilot import PREFIX, ApiServer, Job, World, routes
from health_assets.sources.skypilot import SOURCE, Settings
from health_assets.store.store import Store

START = datetime(2026, 3, 2, tzinfo=UTC)
DAYS = 4
OUTCOMES = ["SUCCEEDED", "CANCELLED", "FAILED", "FAILED_SETUP", "FAILED_NO_RESOURCE"]
PRICES = {"L4": {"on_demand": 1, "spot": 0.5}, "H100": {"on_demand": 8, "spot": 3}}


class Stage:
    """One world behind one server, with a clock that the test moves and as many stores as it likes."""

    def __init__(self, world: World, folder: Path) -> None:
        self.now = START
        self.folder = folder
        api = ApiServer(world, clock=lambda: self.now)
        self.server = SandboxServer({}, now=lambda: self.now, services=routes(api))

    @contextmanager
    def store(self, name: str) -> Iterator[Runtime]:
        own = Settings(api_url=self.server.url + PREFIX, gpu_prices=PRICES)
        whole = ProjectSettings(store=f"sqlite:///{self.folder}/{name}.db", sources={"skypilot": own})
        config = Config(settings=whole, origin="test", sandbox=False)
        project = Project(config=config, sources={"skypilot": (SOURCE, own)}, foms=())
        with Store.open(whole.store) as opened:
            yield Runtime(project=project, store=opened, clock=lambda: self.now)


@st.composite
def jobs(draw: st.DrawFn, number: int) -> Job:
    """A job whose controller begins at once: of time spent in PENDING the server keeps nothing, so no backfill can."""

    def later(start: datetime, hours: int) -> datetime:
        return start + timedelta(minutes=draw(st.integers(1, hours * 60)))

    submitted = START - timedelta(days=3) + timedelta(minutes=draw(st.integers(0, 7 * 24 * 60)))
    started = draw(st.one_of(st.none(), st.just(later(submitted, 20))))
    ended = draw(st.one_of(st.none(), st.just(later(started or submitted, 40))))
    recovered = later(started, 20) if started else None
    once = recovered is not None and (ended is None or recovered < ended) and draw(st.booleans())
    return Job(
        job_id=number,
        created_at=submitted,
        user=draw(st.sampled_from(["ann", "ben"])),
        submitted_at=submitted,
        started_at=started,
        ended_at=ended,
        outcome=draw(st.sampled_from(OUTCOMES)),
        accelerators=draw(st.sampled_from([{"L4": 1}, {"H100": 8}, {}])),
        nodes=draw(st.integers(1, 2)),
        spot=draw(st.booleans()),
        region=draw(st.sampled_from(["us-east-1", "us-west-2", "eu-central-1"])),
        recoveries=(recovered,) if once else (),
    )


@st.composite
def worlds(draw: st.DrawFn) -> World:
    return World(jobs=[draw(jobs(number)) for number in range(1, draw(st.integers(2, 7)))])


def live(stage: Stage, runtime: Runtime, *, days: Sequence[Day], random: Random) -> None:
    for day in days:
        minutes = sorted(random.randrange(30, 24 * 60) for _ in range(2))
        for instant in (*(day.start + timedelta(minutes=at) for at in minutes), day.end + timedelta(minutes=15)):
            stage.now = instant
            wanted = runtime.days(2)
            assert () == collect(runtime, "skypilot", days=wanted).collection.failures
        measure(runtime, "skypilot", days=[one for one in days if one.start <= day.start])


def observed(runtime: Runtime, days: Sequence[Day]) -> dict[tuple[str, str], object]:
    reconstructed = [metric.name for metric in runtime.project.metrics().values()]
    return {
        (name, day.key): runtime.store.read_observation(name, scope="skypilot", day=day.key)
        for name in reconstructed
        for day in days
        if runtime.project.metrics()[name].history is History.RECONSTRUCTED
    }


@pytest.mark.timeout(120)
@given(world=worlds(), seed=st.integers(0, 2**16))
@settings(
    max_examples=3,
    derandomize=True,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
def test_days_of_ticks_end_as_one_backfill_of_them(world: World, seed: int) -> None:
    days = days_ending((START + timedelta(days=DAYS - 1)).date(), DAYS, ProjectSettings().zone)
    with tempfile.TemporaryDirectory() as folder:
        stage = Stage(world, Path(folder))
        with stage.server, stage.store("live") as ticked, stage.store("backfill") as filled:
            live(stage, ticked, days=days, random=Random(seed))
            assert () == collect(filled, "skypilot", days=days).collection.failures
            measure(filled, "skypilot", days=days)
            assert observed(filled, days) == observed(ticked, days)
            assert 0 < sum(one is not None and one.value is not None for one in observed(filled, days).values())

"""The invented team's jobs and clusters, `demo_world`: 45 days before an instant and a week after it.

Every fact is drawn from a generator seeded with a calendar date, so that a restart serves the
same history. Failures come in waves of three days every ten, which a sum over seven days turns into green, yellow and
red; on Tuesday evenings spot capacity is lost under many overnight trainings, on Thursdays under some.
"""

from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, date, datetime, time, timedelta
from random import Random

from starlette.routing import BaseRoute

from health_assets.sandbox.skypilot.service import ApiServer, routes
from health_assets.sandbox.skypilot.world import Cluster, Job, World

HISTORY_DAYS, FUTURE_DAYS = 45, 7
LONGEST_DAYS = 2
JOBS_A_DAY = 100
FAILURES_OF_A_WAVE = (6, 6, 6)
WAVE_DAYS = 10
OVERNIGHT = {1: 9, 3: 5}
SATURDAY = 5
FAILURES = ("FAILED", "FAILED", "FAILED_SETUP", "FAILED_NO_RESOURCE", "FAILED_CONTROLLER", "FAILED_PRECHECKS")
PEOPLE = ("ann", "ben", "chloe", "dan", "eve")
WORK = ("arena-sweep", "finetune", "eval-suite", "ablation", "rollouts")
REGIONS = ("us-east-1", "us-east-1", "us-west-2", "eu-central-1")
HOLDINGS: tuple[dict[str, float], ...] = ({"L4": 1}, {"L4": 4}, {"A10G": 1}, {"L40S": 2}, {"H100": 8}, {})
SEED = "skypilot"


def demo_routes(clock: Callable[[], datetime]) -> Sequence[BaseRoute]:
    """Routes of an API server with the demo's world, which is made around the clock's present instant."""
    return routes(ApiServer(demo_world(now=clock()), clock=clock))


def demo_world(*, now: datetime) -> World:
    """A busy team's jobs and clusters around `now`."""
    today = now.astimezone(UTC).date()
    span = range(-HISTORY_DAYS - LONGEST_DAYS, FUTURE_DAYS + 1)
    dates = [today + timedelta(days=step) for step in span]
    jobs = [job for day in dates for job in _jobs(day, seed=SEED)]
    clusters = [cluster for day in dates for cluster in _clusters(day, seed=SEED)]
    return World(jobs=tuple(jobs), clusters=tuple(clusters))


def _jobs(day: date, *, seed: str) -> Iterator[Job]:
    rng = Random(f"{seed}/skypilot/{day}")
    weekend = day.weekday() >= SATURDAY
    wave = day.toordinal() % WAVE_DAYS
    failing = FAILURES_OF_A_WAVE[wave] if wave < len(FAILURES_OF_A_WAVE) else 0
    first_id = day.toordinal() % 10_000 * JOBS_A_DAY
    for index in range((3 if weekend else 9) + failing):
        yield _job(rng, day, first_id + index, outcome=rng.choice(FAILURES) if index < failing else None)
    overnight = OVERNIGHT.get(day.weekday(), rng.randint(0, 1 if weekend else 2))
    for index in range(overnight):
        yield _overnight(rng, day, first_id + JOBS_A_DAY // 2 + index)


def _job(rng: Random, day: date, job_id: int, *, outcome: str | None) -> Job:
    created = _at(day, rng.triangular(7, 19))
    submitted = created + _seconds(rng, 5, 120)
    started = submitted + _seconds(rng, 90, 1500)
    ended = started + timedelta(hours=min(rng.lognormvariate(0.7, 0.8), 24 * LONGEST_DAYS - 24))
    never_ran = outcome in {"FAILED_NO_RESOURCE", "FAILED_PRECHECKS"}
    return Job(
        job_id=job_id,
        created_at=created,
        name=rng.choice(WORK),
        user=rng.choice(PEOPLE),
        submitted_at=submitted,
        started_at=None if never_ran else started,
        ended_at=started if never_ran else ended,
        outcome=outcome or ("CANCELLED" if rng.random() < 0.08 else "SUCCEEDED"),
        accelerators=rng.choice(HOLDINGS),
        spot=rng.random() < 0.4,
        region=rng.choice(REGIONS),
    )


def _overnight(rng: Random, day: date, job_id: int) -> Job:
    """A training on spot capacity from the afternoon to the next morning, which loses its machine in the evening."""
    created = _at(day, rng.uniform(13, 16))
    started = created + _seconds(rng, 300, 1800)
    lost = sorted(_at(day, rng.uniform(18, 23.5)) for _ in range(rng.randint(1, 3)))
    return Job(
        job_id=job_id,
        created_at=created,
        name="overnight-training",
        user=rng.choice(PEOPLE),
        submitted_at=created + _seconds(rng, 5, 60),
        started_at=started,
        ended_at=_at(day + timedelta(days=1), rng.uniform(7, 12)),
        accelerators={"H100": 8},
        nodes=rng.choice((1, 1, 2)),
        spot=True,
        region=rng.choice(REGIONS),
        recoveries=tuple(lost),
    )


def _clusters(day: date, *, seed: str) -> Iterator[Cluster]:
    rng = Random(f"{seed}/skypilot/clusters/{day}")
    for index in range(0 if day.weekday() >= SATURDAY else 2):
        begun = _at(day, rng.uniform(7, 12))
        gone = begun + timedelta(hours=rng.uniform(6, 24 * LONGEST_DAYS))
        pause = (begun + timedelta(hours=2), begun + timedelta(hours=3))
        person = rng.choice(PEOPLE)
        yield Cluster(
            name=f"dev-{person}-{day:%m%d}-{index}", launched_at=begun, gone_at=gone, stopped=(pause,), user=person
        )


def _at(day: date, hours: float) -> datetime:
    return datetime.combine(day, time(), UTC) + timedelta(seconds=int(hours * 3600))


def _seconds(rng: Random, least: int, most: int) -> timedelta:
    return timedelta(seconds=rng.randint(least, most))

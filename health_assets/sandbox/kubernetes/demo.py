"""The invented busy cluster of the demo: 45 days of pods, some of them bad, drawn by calendar date.

On broken days a release crash-loops, on slow days the cluster is full and pods wait for a node, at weekends nobody
uses what is requested. Any seven days show each of them in red, yellow and green.
"""

import math
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, time, timedelta
from random import Random

from starlette.routing import BaseRoute

from health_assets.sandbox.github.demo.calendar import Mood, is_weekend, mood_of
from health_assets.sandbox.kubernetes.service import PREFIX, Kubernetes, routes
from health_assets.sandbox.kubernetes.world import Cluster, Container, Deployment, Pod

DAYS = 45
FUTURE_DAYS = 2
SERVICES = ("loader", "trainer", "sampler", "scheduler", "evaluator", "simulator", "dashboard", "tokenizer")
REPLICAS = 10
WEDNESDAY, FRIDAY = 2, 4


def demo_cluster(name: str, *, now: datetime) -> Cluster:
    """The cluster with its pods of the DAYS before `now` and the first after it."""
    first = datetime.combine(now.astimezone(UTC).date() - timedelta(days=DAYS), time(), UTC)
    dates = [first.date() + timedelta(days=step) for step in range(DAYS + FUTURE_DAYS)]
    rng = Random(name)
    steady = [_replica(rng, service, number, first) for service in SERVICES for number in range(REPLICAS)]
    passing = [pod for day in dates for pod in _pods_of(day, seed=name)]
    names = [*SERVICES, "importer", "replayer", "exporter"]
    return Cluster(
        pods=[*steady, *passing],
        deployments=[
            Deployment(namespace="prod", name=one, created_at=first, replicas=REPLICAS if one in SERVICES else 0)
            for one in names
        ],
        load=load_at,
    )


def demo_routes(clock: Callable[[], datetime], *, name: str = "demo", prefix: str = PREFIX) -> list[BaseRoute]:
    """The stand-in of the demo cluster as of the clock."""
    return routes(Kubernetes(demo_cluster(name, now=clock()), clock), prefix=prefix)


def load_at(instant: datetime) -> float:
    """What the services' use is multiplied with: more by day, little at weekends, half while everything is slow."""
    by_day = 1 + 0.1 * math.sin((instant.hour - 8) / 24 * 2 * math.pi)
    if is_weekend(instant.date()):
        return 0.25 * by_day
    return by_day * (0.55 if mood_of(instant.date()) is Mood.SLOW else 1)


def _replica(rng: Random, service: str, number: int, since: datetime) -> Pod:
    cores = rng.choice((0.25, 0.5, 1.0, 2.0))
    memory = rng.choice((256, 512, 1024, 4096))
    return Pod(
        namespace="prod",
        name=f"{service}-{number}",
        created_at=since,
        containers=[
            Container(
                name=service,
                cpu=f"{round(cores * 1000)}m",
                memory=f"{memory}Mi",
                cores=cores * rng.uniform(0.4, 0.65),
                mebibytes=memory * rng.uniform(0.1, 0.9),
                restarts=rng.choice((0, 0, 0, 1, 2, 7)),
            )
        ],
    )


def _pods_of(day: date, *, seed: str) -> Iterator[Pod]:
    """The pods that live for one calendar date (UTC)."""
    rng = Random(f"{seed}/pods/{day}")
    mood = mood_of(day)
    crashing = {Mood.BROKEN: 6, Mood.FLAKY: 3}.get(mood, 2 if day.weekday() == WEDNESDAY else rng.randint(0, 1))
    waiting = 18 if mood is Mood.SLOW else 9 if day.weekday() == FRIDAY else rng.randint(1, 5)
    kinds: tuple[tuple[str, int, Callable[[int], Container], str], ...] = (
        ("release", crashing, lambda _: _crashing(rng, day), "Running"),
        ("job", waiting, lambda _: Container(cpu="4", memory="16Gi"), "Pending"),
        ("evicted", rng.randint(0, 3), lambda _: Container(), "Failed"),
        ("preview", rng.randint(0, 1), lambda _: Container(waiting="ImagePullBackOff"), "Pending"),
        ("sleeper", rng.randint(3, 6), lambda _: Container(cpu="100m", cores=0.0004, mebibytes=6), "Running"),
    )
    start = datetime.combine(day, time(), UTC)
    for name, count, container, phase in kinds:
        for number in range(count):
            yield Pod(
                namespace="jobs",
                name=f"{name}-{day:%m%d}-{number}",
                created_at=start,
                deleted_at=start + timedelta(days=1),
                phase=phase,
                reason="Evicted" if phase == "Failed" else "",
                containers=[container(number)],
                on_node=name != "job",
            )


def _crashing(rng: Random, day: date) -> Container:
    killed = datetime.combine(day, time(), UTC) - timedelta(minutes=rng.randint(5, 300))
    return Container(
        cpu="250m",
        memory="256Mi",
        cores=0.01,
        mebibytes=40,
        waiting="CrashLoopBackOff",
        restarts=rng.randint(4, 40),
        oom_killed_at=killed if rng.random() < 0.5 else None,
    )

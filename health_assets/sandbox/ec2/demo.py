"""The invented fleet of the demo: services, forgotten machines, spot training, volumes that nobody attached again.

Drawn from a generator seeded with the region and a calendar date, so that every start serves the same past. In each
week the middle is bad: many machines idle from Wednesday to Friday, and volumes lie about.
"""

from datetime import UTC, date, datetime, time, timedelta
from hashlib import sha256
from random import Random

from starlette.routing import BaseRoute

from health_assets.sandbox.ec2.service import Clock, routes
from health_assets.sandbox.ec2.world import Instance, InstanceType, Region, Snapshot, Span, Volume

REGION = "us-east-1"
FUTURE_DAYS = 7
PAST_DAYS = 75
TYPES = {
    "t3.micro": InstanceType(vcpus=2, list_price=0.0104, spot_price=0.0031),
    "m6i.xlarge": InstanceType(vcpus=4, list_price=0.192, spot_price=0.071),
    "c6i.large": InstanceType(vcpus=2, list_price=0.085, spot_price=0.034),
    "g5.2xlarge": InstanceType(vcpus=8, gpus=1, list_price=1.212, spot_price=0.498),
    "p4d.24xlarge": InstanceType(vcpus=96, gpus=8, list_price=32.7726, spot_price=14.11),
}
#: Monday to Sunday: machines that nobody uses, and volumes attached to nothing.
IDLE = (1, 2, 8, 9, 9, 4, 1)
UNATTACHED = (3, 4, 16, 17, 10, 9, 2)
SERVICES = 14
FORGETTABLE = 10
LOOSE = 18
SNAPSHOTS_A_DAY = 6


def demo_routes(clock: Clock) -> list[BaseRoute]:
    """The routes of the demo's region as of the clock."""
    return routes({REGION: demo_region(REGION, now=clock())}, clock=clock)


def demo_region(name: str, *, now: datetime, days: int = 45) -> Region:
    """A region with `days` days of history before `now` and a week of what will happen."""
    today = now.astimezone(UTC).date()
    dates = [today + timedelta(days=step) for step in range(-PAST_DAYS, FUTURE_DAYS + 1)]
    recent = [day for day in dates if day >= today - timedelta(days=days)]
    lasting = [_service(name, index) for index in range(SERVICES)]
    lasting += [_forgettable(name, index, dates) for index in range(FORGETTABLE)]
    return Region(
        instances=[*lasting, *(one for day in recent for one in _training(name, day))],
        volumes=[*(_root(one) for one in lasting), *(_loose(name, index, dates) for index in range(LOOSE))],
        snapshots=[one for day in recent for one in _snapshots(name, day)],
        types=TYPES,
    )


def _id(kind: str, *parts: object) -> str:
    return f"{kind}-0{sha256('/'.join(map(str, parts)).encode()).hexdigest()[:16]}"


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)


def _service(region: str, index: int) -> Instance:
    rng = Random(f"{region}/service/{index}")
    launched = datetime(2026, 1, 5, 9, tzinfo=UTC) - timedelta(days=rng.randint(10, 300))
    stopped = index >= SERVICES - 2
    return Instance(
        instance_id=_id("i", region, "service", index),
        instance_type="g5.2xlarge" if index < 3 else "m6i.xlarge",
        runs=[(launched, launched + timedelta(days=5) if stopped else None)],
        zone=rng.choice("abc"),
        cpu=[(launched, rng.uniform(22, 75))],
    )


def _forgettable(region: str, index: int, dates: list[date]) -> Instance:
    rng = Random(f"{region}/forgettable/{index}")
    launched = datetime(2026, 1, 5, 9, tzinfo=UTC) - timedelta(days=rng.randint(10, 200))
    idle, busy = rng.uniform(0.4, 2.5), rng.uniform(30, 70)
    return Instance(
        instance_id=_id("i", region, "forgettable", index),
        instance_type="c6i.large",
        runs=[(launched, None)],
        zone=rng.choice("abc"),
        cpu=[(launched, busy), *((_midnight(day), idle if index < IDLE[day.weekday()] else busy) for day in dates)],
    )


def _training(region: str, day: date) -> list[Instance]:
    rng = Random(f"{region}/training/{day}")
    found = []
    for index in range(rng.randint(2, 5)):
        begun = _midnight(day) + timedelta(hours=rng.uniform(0, 20))
        ended = begun + timedelta(hours=rng.uniform(3, 20))
        found.append(
            Instance(
                instance_id=_id("i", region, "training", day, index),
                instance_type=rng.choice(("g5.2xlarge", "g5.2xlarge", "p4d.24xlarge")),
                runs=[(begun, None)],
                terminated_at=ended,
                spot=True,
                zone=rng.choice("abc"),
                cpu=[(begun, rng.uniform(40, 95))],
            )
        )
    return found


def _root(instance: Instance) -> Volume:
    launched = instance.runs[0][0]
    size = 200 if instance.instance_type.startswith("g") else 80
    return Volume(
        volume_id=_id("vol", instance.instance_id), size_gib=size, created_at=launched, attached=[(launched, None)]
    )


def _loose(region: str, index: int, dates: list[date]) -> Volume:
    attached: list[Span] = [
        (_midnight(day), _midnight(day + timedelta(days=1))) for day in dates if index >= UNATTACHED[day.weekday()]
    ]
    return Volume(
        volume_id=_id("vol", region, "loose", index),
        size_gib=100 + 50 * (index % 5),
        created_at=_midnight(date(2025, 11, 3)) + timedelta(days=index),
        attached=attached,
    )


def _snapshots(region: str, day: date) -> list[Snapshot]:
    rng = Random(f"{region}/snapshots/{day}")
    return [
        Snapshot(
            snapshot_id=_id("snap", region, day, index),
            size_gib=rng.choice((80, 80, 200, 500)),
            started_at=_midnight(day) + timedelta(hours=3, minutes=4 * index + rng.randint(0, 3)),
        )
        for index in range(SNAPSHOTS_A_DAY)
    ]

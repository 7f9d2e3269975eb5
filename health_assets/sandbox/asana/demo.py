"""The invented busy workspace of the demo: bugs and project statuses drawn by calendar date.

Whenever main breaks, a wave of bugs comes in that is worked off by the end of the week, and projects go off track. So
any seven days show open bugs in red, yellow and green.
"""

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, time, timedelta
from random import Random

from starlette.routing import BaseRoute

from health_assets.sandbox.asana.service import PREFIX, Asana, routes
from health_assets.sandbox.asana.world import Project, Task, Workspace
from health_assets.sandbox.github.demo import words
from health_assets.sandbox.github.demo.calendar import Mood, after, is_weekend, moment, mood_of

WORKSPACE_GID = "1200000000000001"
BUGS_GID = "1200000000000002"
DAYS = 45
LONGEST_DAYS = 75
FUTURE_DAYS = 2
PROJECTS = 12
WAVE = 34
WEDNESDAY = 2
IDS_A_DAY = 100
SECTIONS = ("Active", "Backlog", "Waiting for a release")


def demo_workspace(name: str, *, now: datetime) -> Workspace:
    """The workspace with its history of DAYS before `now` and a little after it."""
    today = now.astimezone(UTC).date()
    first = datetime.combine(today - timedelta(days=DAYS), time(), UTC)
    dates = [first.date() + timedelta(days=step) for step in range(-LONGEST_DAYS, DAYS + FUTURE_DAYS)]
    bugs = [task for day in dates for task in _bugs(day, seed=name)]
    shown = dates[LONGEST_DAYS:]
    return Workspace(
        gid=WORKSPACE_GID,
        projects=[
            Project(
                gid=BUGS_GID,
                name="Bugs",
                tasks=[task for task in bugs if task.completed_at is None or task.completed_at >= first],
            ),
            *(_project(number, shown, seed=name) for number in range(PROJECTS)),
            Project(gid="1200000000000099", name="Last year's plans", archived=True),
        ],
    )


def demo_routes(clock: Callable[[], datetime], *, name: str = "demo", prefix: str = PREFIX) -> list[BaseRoute]:
    """The stand-in of the demo workspace as of the clock."""
    return routes(Asana(demo_workspace(name, now=clock()), clock), prefix=prefix)


def _bugs(day: date, *, seed: str) -> Iterator[Task]:
    """The bugs that are found on one calendar date (UTC)."""
    rng = Random(f"{seed}/bugs/{day}")
    for index in range(rng.randint(0, 1) if is_weekend(day) else rng.randint(1, 3)):
        created = moment(day, rng)
        yield _bug(rng, day, index, created, days=min(rng.lognormvariate(1.0, 0.6), 20))
    if day.toordinal() % 10 == 0:
        yield _bug(rng, day, 10, moment(day, rng), days=rng.uniform(30, LONGEST_DAYS - 1))
    if mood_of(day) is Mood.BROKEN:
        for index in range(20, 20 + WAVE + rng.randint(0, 4)):
            # a third is mended each day until Friday
            yield _bug(rng, day, index, moment(day, rng, first=9, last=12), days=1 + index % 3 + rng.uniform(-0.2, 0.1))


def _bug(rng: Random, day: date, index: int, created: datetime, *, days: float) -> Task:
    moved = after(created, hours=min(rng.uniform(1, 40), days * 20))
    return Task(
        gid=str(1_300_000_000_000_000 + day.toordinal() * IDS_A_DAY + index),
        name=rng.choice(words.BUGS),
        created_at=created,
        completed_at=after(created, hours=24 * days),
        moves=[(created, "Triage"), (moved, rng.choices(SECTIONS, [5, 4, 1])[0])],
    )


def _project(number: int, dates: list[date], *, seed: str) -> Project:
    """A project whose status is set anew each midnight (UTC); the last one never gets any."""
    statuses = [
        (datetime.combine(day, time(), UTC), _status(number, day, seed=seed)) for day in dates if number < PROJECTS - 1
    ]
    gid = str(1_200_000_000_000_010 + number)
    return Project(gid=gid, name=f"Plan {words.AREAS[number % len(words.AREAS)]} {number}", statuses=statuses)


def _status(number: int, day: date, *, seed: str) -> str:
    off = {Mood.BROKEN: 4, Mood.SLOW: 3}.get(mood_of(day), 2 if day.weekday() == WEDNESDAY else 0)
    if number < off:
        return "off_track"
    return Random(f"{seed}/status/{number}/{day}").choices(
        ["on_track", "at_risk", "on_hold", "complete"], [7, 2, 1, 1]
    )[0]

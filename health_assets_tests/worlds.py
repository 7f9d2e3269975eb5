"""Worlds and runtimes for tests and bench."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from random import Random

from health_assets.config import Config, parse_settings
from health_assets.pipeline.clock import Clock
from health_assets.pipeline.runtime import Project, Runtime, all_metric_names
from health_assets.sandbox.github.world import (
    Actor,
    Attempt,
    Branch,
    CheckRun,
    Commit,
    PullRequest,
    Repository,
    Review,
    WorkflowRun,
)
from health_assets.scoring.catalogue import load_catalogue, rows_of
from health_assets.sources.registry import SOURCES
from health_assets.store.store import Store

REPOSITORY = "acme/rocket"
WEEK = timedelta(days=7)
HOUR = timedelta(hours=1)


@contextmanager
def runtime_for(
    url: str, repository: str = REPOSITORY, *, store: Path, clock: Clock, timezone: str = "UTC", **github: object
) -> Iterator[Runtime]:
    """A runtime over one repository of the sandbox at `url`, with a store of its own."""
    document = {
        "store": f"sqlite:///{store}",
        "timezone": timezone,
        "sources": {"github": {"repositories": [repository], "api_url": url, **github}},
        "publish": {"page": {"path": str(store.parent / "site")}},
    }
    settings = parse_settings(document, origin="test")
    sources = {name: (SOURCES[name], own) for name, own in settings.sources.items()}
    foms = rows_of(load_catalogue(known_metrics=all_metric_names()), sources=set(sources))
    project = Project(config=Config(settings=settings, origin="test", sandbox=False), sources=sources, foms=foms)
    with Store.open(settings.store) as opened:
        yield Runtime(project=project, store=opened, clock=clock)


def busy_week(*, now: datetime) -> Repository:
    """122 open and 92 merged pull requests, 84 commits, 1,158 branches and 4,000 runs, all of the week before `now`."""
    random = Random(7)
    people = [Actor(f"dev{number}") for number in range(12)]

    def moment() -> datetime:
        return now - timedelta(seconds=random.randrange(60, int(WEEK.total_seconds()) - 3600))

    merged = [_merged(number, moment(), author=random.choice(people)) for number in range(1, 93)]
    waiting = [
        PullRequest(
            number=number, title="work", created_at=moment() - WEEK * random.randrange(4), author=random.choice(people)
        )
        for number in range(93, 215)
    ]
    commits = [
        Commit(
            sha=f"{number:040x}",
            committed_at=pull.merged_at or now,
            subject=f"change {number}",
            author_login="dev1",
            additions=10,
            deletions=2,
            pull_request=pull.number,
        )
        for number, pull in enumerate(merged[:84])
    ]
    return Repository(
        full_name=REPOSITORY,
        pulls=[*merged, *waiting],
        commits=commits,
        runs=[_run(number, moment(), random) for number in range(4000)],
        branches=[Branch(f"b{number}", now - WEEK) for number in range(1157)],
    )


def _merged(number: int, at: datetime, *, author: Actor) -> PullRequest:
    created = at - timedelta(hours=number % 60 + 1)
    return PullRequest(
        number=number,
        title="work",
        created_at=created,
        author=author,
        merged_at=at,
        reviews=[Review(created + HOUR / 2, Actor("reviewer"), comments=1)],
        checks=[CheckRun("tests", created, created + HOUR / 4, "SUCCESS")],
        paths=[f"src/{number}.py"],
    )


def _run(number: int, created: datetime, random: Random) -> WorkflowRun:
    conclusion = random.choices(["success", "failure", "cancelled"], [88, 8, 4])[0]
    attempts = [Attempt(created, created + timedelta(minutes=random.randrange(2, 12)), conclusion)]
    if conclusion == "failure" and number % 3 == 0:
        again = created + timedelta(minutes=30)
        attempts.append(Attempt(again, again + timedelta(minutes=5), "success"))
    on_main = number % 10 == 0
    return WorkflowRun(
        run_id=1000 + number,
        created_at=created,
        attempts=attempts,
        workflow_id=number % 5,
        name=f"workflow {number % 5}",
        event="push" if on_main else "pull_request",
        branch="main" if on_main else f"topic{number % 200}",
    )

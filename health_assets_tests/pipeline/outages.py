"""A small busy repository, what can go wrong with its server, and what must not happen to the store then."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from random import Random
from types import MappingProxyType
from typing import Any

from sqlalchemy import create_engine, text

from health_assets.grid.model import Grid
from health_assets.model.metric import History
from health_assets.model.observation import Observation
from health_assets.pipeline.runtime import Runtime
from health_assets.sandbox.github.world import (
    Actor,
    Attempt,
    Branch,
    CheckRun,
    Closure,
    Commit,
    Issue,
    Label,
    PullRequest,
    Repository,
    Review,
    WorkflowRun,
)
from health_assets_tests.worlds import REPOSITORY

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
#: The good tick; everything in the world happens around it.
MORNING = datetime(2026, 3, 18, 9, tzinfo=UTC)
SPAN = timedelta(days=40)


@dataclass
class Clock:
    """The instant of the server's worlds and of the pipeline."""

    now: datetime = MORNING

    def __call__(self) -> datetime:
        return self.now


def busy_repository(full_name: str, *, seed: int) -> Repository:
    """Forty days up to two days after MORNING; more open pull requests than a page of the tick query has."""
    random = Random(seed)

    def moment(span: timedelta = SPAN) -> datetime:
        return MORNING + 2 * DAY - timedelta(minutes=random.randrange(1, int(span.total_seconds()) // 60))

    people = [Actor(f"dev{number}") for number in range(4)]
    pulls = [_pull(number, moment(14 * DAY), random, people) for number in range(1, 90)]
    return Repository(
        full_name=full_name,
        pulls=pulls,
        issues=[_issue(number, moment(), random) for number in range(201, 206)],
        commits=[_commit(number, pull, random) for number, pull in enumerate(pulls) if pull.merged_at is not None],
        runs=[_run(number, moment(), random) for number in range(260)],
        branches=[Branch(f"topic{number}", moment()) for number in range(20)],
    )


def _pull(number: int, created: datetime, random: Random, people: list[Actor]) -> PullRequest:
    merged = created + HOUR * random.randrange(1, 60) if number % 3 == 0 else None
    closed = (Closure(created + HOUR),) if number % 13 == 1 else ()
    return PullRequest(
        number=number,
        title="work",
        created_at=created,
        author=random.choice(people),
        merged_at=None if closed else merged,
        closures=closed,
        labels=(Label("hotfix", created + HOUR / 2),) if number % 8 == 0 else (),
        reviews=[Review(created + HOUR / 2, random.choice(people), comments=2)],
        checks=[CheckRun("tests", created, created + HOUR / 4, "SUCCESS" if number % 3 else "FAILURE")],
        paths=[f"src/{number % 7}.py"],
    )


def _commit(number: int, pull: PullRequest, random: Random) -> Commit:
    assert pull.merged_at is not None
    return Commit(
        sha=f"{number:040x}",
        committed_at=pull.merged_at,
        subject='Revert "work"' if number % 7 == 0 else f"change {number}",
        author_login=f"dev{random.randrange(4)}",
        additions=10,
        deletions=2,
        paths=[f"src/{number % 7}.py"],
        pull_request=pull.number,
    )


def _issue(number: int, created: datetime, random: Random) -> Issue:
    closed = (Closure(created + DAY),) if random.random() < 0.5 else ()
    labels = (Label("training", created), Label("bug", created))
    return Issue(number=number, title="it fails", created_at=created, closures=closed, labels=labels)


def _run(number: int, created: datetime, random: Random) -> WorkflowRun:
    conclusion = random.choices(["success", "failure", "cancelled"], [80, 14, 6])[0]
    attempts = [Attempt(created, created + HOUR / 4, conclusion, timed_out=conclusion == "cancelled")]
    if conclusion == "failure" and number % 2:
        attempts.append(Attempt(created + HOUR, created + HOUR * 1.25, "success"))
    on_main = number % 2 == 0
    return WorkflowRun(
        run_id=1000 + number,
        created_at=created,
        attempts=attempts,
        workflow_id=number % 3,
        name=["tests", "lint", "bench"][number % 3],
        event="push" if on_main else "pull_request",
        branch="main" if on_main else "topic",
    )


def adapted(runtime: Runtime, *, window_days: int = 1, **github: Any) -> Runtime:
    """The runtime with other settings of the GitHub source, and a grid of few days: measuring each costs 0.2 s."""
    project = runtime.project
    source, settings = project.sources["github"]
    config = replace(project.config, settings=project.config.settings.model_copy(update={"window_days": window_days}))
    sources = {"github": (source, settings.model_copy(update=github))}
    return replace(runtime, project=replace(project, config=config, sources=sources))


FACTS = MappingProxyType(
    {
        "records": "SELECT * FROM records ORDER BY source, kind, scope, key",
        "coverage": "SELECT * FROM coverage ORDER BY source, kind, scope, day",
        # the collection's own health is new with every attempt, the failed ones too
        "observations": "SELECT * FROM observations WHERE metric NOT LIKE 'collector.%' ORDER BY metric, scope, day",
        "scores": "SELECT * FROM scores ORDER BY fom, scope, day",
    }
)


Observed = dict[tuple[str, str], Observation | None]


@dataclass(frozen=True)
class Dump:
    """Every stored row as text, by table."""

    tables: dict[str, tuple[str, ...]]

    @classmethod
    def of(cls, runtime: Runtime) -> "Dump":
        """The tables as they are now."""
        engine = create_engine(runtime.project.config.settings.store)
        with engine.connect() as connection:
            tables = {
                name: tuple(repr(tuple(row)) for row in connection.execute(text(query)))
                for name, query in FACTS.items()
            }
        engine.dispose()
        return cls(tables)

    def lost_or_changed(self, later: "Dump") -> list[str]:
        """Rows of this dump that `later` does not have as they were."""
        return [row for name, rows in self.tables.items() for row in rows if row not in set(later.tables[name])]

    def added(self, later: "Dump", *, table: str) -> list[str]:
        """Rows of `later` that this dump does not have."""
        return [row for row in later.tables[table] if row not in set(self.tables[table])]


def gains(before: Grid, after: Grid) -> list[str]:
    """Cells, by row and day, whose score in `after` is better than in `before`, or new."""
    scores = dict(_scores(before))
    return [
        f"{fom} {day}: {scores.get((fom, day))} -> {score}"
        for (fom, day), score in _scores(after)
        if score is not None and ((known := scores.get((fom, day))) is None or score > known)
    ]


def _scores(grid: Grid) -> Iterable[tuple[tuple[str, str], float | None]]:
    for row in grid.rows:
        for cell in row.cells:
            yield (row.fom.name, cell.day.key), cell.shown.score


def observed(runtime: Runtime) -> Observed:
    """Observations of the reconstructible metrics of MORNING's day and the next one, evidence included."""
    declared = runtime.project.metrics().values()
    names = [metric.name for metric in declared if metric.history is History.RECONSTRUCTED]
    days = runtime.days(2, end=runtime.day(MORNING + DAY))
    read = runtime.store.read_observation
    return {(name, day.key): read(name, scope=REPOSITORY, day=day.key) for name in names for day in days}


def differences(expected: Observed, found: Observed) -> dict[tuple[str, str], object]:
    """What was expected and what was found, where they are not the same."""
    return {key: (seen, found[key]) for key, seen in expected.items() if seen != found[key]}

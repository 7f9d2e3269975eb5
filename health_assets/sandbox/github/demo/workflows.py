"""Workflow runs of the team: which workflows there are, how long they take and how they end."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

from health_assets.sandbox.github.demo.calendar import Mood, after, mood_at
from health_assets.sandbox.github.world import Attempt, WorkflowRun

SPREAD = 0.3
SLOW_FACTOR = 5.0
TIME_LIMIT_HOURS = 6.0
BENCH_HOUR = 2


@dataclass(frozen=True, kw_only=True)
class Workflow:
    """A workflow: median minutes, and the share of runs that fail on topic branches and on main on calm days."""

    workflow_id: int
    name: str
    minutes: float
    fails: float
    fails_on_main: float

    @property
    def path(self) -> str:
        """Its file."""
        return f".github/workflows/{self.name}.yml"


TESTS = Workflow(workflow_id=101, name="tests", minutes=3.4, fails=0.16, fails_on_main=0.03)
LINT = Workflow(workflow_id=102, name="lint", minutes=1.1, fails=0.09, fails_on_main=0.001)
BUILD = Workflow(workflow_id=103, name="build", minutes=2.6, fails=0.05, fails_on_main=0.015)
DOCS = Workflow(workflow_id=104, name="docs", minutes=1.5, fails=0.02, fails_on_main=0.001)
BENCHES = tuple(
    Workflow(workflow_id=201 + index, name=name, minutes=22, fails=0.0, fails_on_main=0.01)
    for index, name in enumerate(("bench-training", "bench-inference", "bench-loader"))
)
ON_PUSH = (TESTS, LINT, BUILD, DOCS)

#: Share of the failed runs that nobody runs again, because they would fail again.
REALLY_BROKEN = 0.92


def attempts(workflow: Workflow, start: datetime, rng: Random, *, on_main: bool) -> tuple[Attempt, ...]:
    """The attempts of one run that starts at `start`, oldest first."""
    mood = mood_at(start)
    length = workflow.minutes * rng.lognormvariate(0, SPREAD) * (SLOW_FACTOR if mood is Mood.SLOW else 1) / 60
    fate = rng.random()
    if workflow is TESTS and fate < (0.12 if mood is Mood.SLOW else 0.004):
        return (Attempt(start, after(start, hours=TIME_LIMIT_HOURS), "cancelled", timed_out=True),)
    if not on_main and fate > 0.95:
        return (Attempt(start, after(start, hours=length / 3), "cancelled"),)
    if on_main and mood is Mood.BROKEN and workflow in (TESTS, BUILD):
        return (Attempt(start, after(start, hours=length), "failure"),)
    chance = workflow.fails_on_main if on_main else workflow.fails
    chance += 0.35 if mood is Mood.BROKEN and workflow is TESTS else 0
    chance += 0.12 if mood is Mood.FLAKY and workflow in (TESTS, *BENCHES) else 0
    if rng.random() >= chance:
        return (Attempt(start, after(start, hours=length), "success"),)
    failed = Attempt(start, after(start, hours=length), "failure")
    again = rng.random() > (0.15 if mood is Mood.FLAKY and workflow is TESTS else REALLY_BROKEN)
    return (failed, _second(failed, length, rng)) if again else (failed,)


def _second(failed: Attempt, length: float, rng: Random) -> Attempt:
    ended = failed.completed_at or failed.started_at
    # now and then somebody presses the button the next morning only
    start = after(ended, hours=rng.uniform(9, 16) if rng.random() < 0.12 else rng.uniform(0.02, 0.8))
    return Attempt(start, after(start, hours=length), "success")


def pushed_runs(
    rng: Random, *, at: datetime, first_id: int, branch: str, head_sha: str, main: str, number: int
) -> Iterator[WorkflowRun]:
    """The runs that a push at `at` starts on a topic branch of a pull request, or on main."""
    on_main = branch == main
    for index, workflow in enumerate(ON_PUSH):
        created = at + timedelta(seconds=rng.randint(2, 9))
        if workflow is DOCS and not on_main and rng.random() < 0.4:
            continue
        yield WorkflowRun(
            run_id=first_id + index,
            run_number=number,
            created_at=created,
            attempts=attempts(workflow, created, rng, on_main=on_main),
            workflow_id=workflow.workflow_id,
            name=workflow.name,
            path=workflow.path,
            event="push" if on_main else "pull_request",
            branch=branch,
            head_sha=head_sha,
        )


def nightly_benchmarks(
    rng: Random, *, midnight: datetime, first_id: int, head_sha: str, main: str
) -> list[WorkflowRun]:
    """The scheduled benchmark runs of a night; after a slow or flaky day one of them fails."""
    start = midnight + timedelta(hours=BENCH_HOUR, minutes=rng.randint(3, 20))
    bad = mood_at(midnight - timedelta(hours=4)) in (Mood.SLOW, Mood.FLAKY)
    runs = []
    for index, workflow in enumerate(BENCHES):
        tries = attempts(workflow, start, rng, on_main=True)
        if bad and index == midnight.toordinal() % len(BENCHES):
            tries = (Attempt(start, after(start, hours=0.3), "failure"),)
        runs.append(
            WorkflowRun(
                run_id=first_id + index,
                run_number=midnight.toordinal(),
                created_at=start,
                attempts=tries,
                workflow_id=workflow.workflow_id,
                name=workflow.name,
                path=workflow.path,
                event="schedule",
                branch=main,
                head_sha=head_sha,
            )
        )
    return runs

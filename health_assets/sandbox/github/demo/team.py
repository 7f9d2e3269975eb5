"""The team's whole history around an instant."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from random import Random

from health_assets.sandbox.github.demo import words
from health_assets.sandbox.github.demo.calendar import after, is_weekend, moment
from health_assets.sandbox.github.demo.changes import Change, change_of
from health_assets.sandbox.github.demo.plans import LONGEST_DAYS, NUMBERS_A_DAY, number_on, plans
from health_assets.sandbox.github.demo.workflows import nightly_benchmarks
from health_assets.sandbox.github.world import Actor, Branch, Closure, Issue, Label, Repository, WorkflowRun

#: How long a running demo stays alive without a restart.
FUTURE_DAYS = 7
BENCH_RUN_IDS = 2_000_000_000
BRANCHES_A_DAY = 6
TRAINING_SHARE = 0.09


def demo_repository(full_name: str, *, now: datetime, days: int = 45) -> Repository:
    """A busy team's repository with `days` days of history before `now` and a week of what will happen.

    Pull requests, issues and branches older than that are there if they were still open when the history begins.
    """
    today = now.astimezone(UTC).date()
    first = datetime.combine(today - timedelta(days=days), time(), UTC)
    dates = [first.date() + timedelta(days=step) for step in range(-LONGEST_DAYS, days + FUTURE_DAYS + 1)]
    changes = [change for day in dates for change in _changes(day, first, seed=full_name)]
    commits = [change.commit for change in changes if change.commit and change.commit.committed_at >= first]
    commits.sort(key=lambda commit: commit.committed_at)
    runs = [run for change in changes for run in change.runs if run.created_at >= first]
    runs += [run for day in dates if day > first.date() for run in _benchmarks(day, seed=full_name)]
    branches = [change.branch for change in changes]
    branches += [branch for day in dates for branch in _experiments(day, seed=full_name)]
    issues = [issue for day in dates for issue in _issues(day, seed=full_name)]
    return Repository(
        full_name=full_name,
        pulls=tuple(change.pull for change in changes),
        issues=tuple(issue for issue in issues if not issue.closures or issue.closures[-1].closed_at >= first),
        commits=tuple(commits),
        runs=tuple(runs),
        branches=tuple(branch for branch in branches if branch.deleted_at is None or branch.deleted_at >= first),
    )


def _changes(day: date, first: datetime, *, seed: str) -> Iterator[Change]:
    for plan in plans(day, seed=seed):
        if plan.ended >= first:
            yield change_of(plan, seed=seed, main="main")


def _benchmarks(day: date, *, seed: str) -> list[WorkflowRun]:
    midnight = datetime.combine(day, time(), UTC)
    first_id = BENCH_RUN_IDS + (day.toordinal() % 1_000_000) * 10
    return nightly_benchmarks(
        Random(f"{seed}/bench/{day}"),
        midnight=midnight,
        first_id=first_id,
        head_sha=f"{day.toordinal():040x}",
        main="main",
    )


def _experiments(day: date, *, seed: str) -> list[Branch]:
    """Branches without a pull request."""
    rng = Random(f"{seed}/branches/{day}")
    found = []
    for index in range(0 if is_weekend(day) else BRANCHES_A_DAY):
        begun = moment(day, rng)
        found.append(Branch(f"try/{day}-{index}", begun, after(begun, hours=rng.uniform(5, LONGEST_DAYS - 1) * 24)))
    return found


def _issues(day: date, *, seed: str) -> list[Issue]:
    rng = Random(f"{seed}/issues/{day}")
    found = []
    for index in range(rng.randint(0, 1) if is_weekend(day) else rng.randint(1, 4)):
        number = number_on(day, NUMBERS_A_DAY - 1 - index)
        training = rng.random() < TRAINING_SHARE
        found.append(_issue(rng, number, moment(day, rng), training=training))
    return found


def _issue(rng: Random, number: int, opened: datetime, *, training: bool) -> Issue:
    closed = after(opened, hours=min(rng.lognormvariate(3.4, 0.8), (LONGEST_DAYS - 1) * 24))
    labelled = after(opened, hours=rng.uniform(0.1, 3))
    labels = [Label("bug", labelled)] if training or rng.random() < 0.4 else []
    labels += [Label("training", labelled)] if training else []
    closures = [Closure(closed)]
    if rng.random() < 0.08:
        again = after(closed, hours=rng.uniform(2, 30))
        closures = [Closure(closed, again), Closure(after(again, hours=rng.uniform(4, 60)))]
    return Issue(
        number=number,
        title=rng.choice(words.BUGS if training else words.WISHES),
        created_at=opened,
        author=Actor(rng.choice(words.PEOPLE)),
        closures=closures,
        labels=labels,
    )

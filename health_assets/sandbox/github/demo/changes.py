"""Pull requests of the team with the runs, commits and branches that they bring, drawn from each one's number."""

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

from health_assets.sandbox.github.demo import words
from health_assets.sandbox.github.demo.calendar import after
from health_assets.sandbox.github.demo.plans import Fate, Plan
from health_assets.sandbox.github.demo.workflows import pushed_runs
from health_assets.sandbox.github.world import (
    Actor,
    Attempt,
    Branch,
    CheckRun,
    Closure,
    Comment,
    Commit,
    Label,
    PullRequest,
    Review,
    WorkflowRun,
)

MAIN_RUN_IDS = 1_000_000_000
PUSHES = 5.0


@dataclass(frozen=True, kw_only=True)
class Change:
    """A pull request with everything it brings; commit None when it was not merged."""

    pull: PullRequest
    runs: tuple[WorkflowRun, ...]
    commit: Commit | None
    branch: Branch


def change_of(plan: Plan, *, seed: str, main: str) -> Change:
    """The pull request of a plan with its runs, commit and branch."""
    rng = Random(f"{seed}/change/{plan.number}")
    head_ref = f"{plan.author.login}/{plan.number}"
    pushes = _pushes(rng, plan)
    runs: list[list[WorkflowRun]] = []
    for index, at in enumerate(pushes):
        first_id, sha = (plan.number * 100 + index) * 10, _sha(seed, plan.number, index)
        start = pushed_runs(rng, at=at, first_id=first_id, branch=head_ref, head_sha=sha, main=main, number=plan.number)
        runs.append(list(start))
    last = [_passing(run) for run in runs[-1]] if plan.fate is Fate.MERGED else runs[-1]
    if plan.fate is Fate.FORCED:
        last = [_failing(last[0]), *last[1:]]
    commit = None if plan.fate is Fate.CLOSED else _commit(rng, plan, seed=seed)
    every = [run for group in [*runs[:-1], last] for run in group]
    if commit is not None:
        first_id = MAIN_RUN_IDS + plan.number * 10
        every += pushed_runs(
            rng, at=plan.ended, first_id=first_id, branch=main, head_sha=commit.sha, main=main, number=plan.number
        )
    kept = rng.uniform(1, 20) * 24 if rng.random() < 0.2 else 0.01
    return Change(
        pull=_pull(rng, plan, head_ref=head_ref, head_sha=last[0].head_sha, base=main, last=last),
        runs=tuple(every),
        commit=commit,
        branch=Branch(head_ref, after(plan.opened, hours=-0.5), after(plan.ended, hours=kept)),
    )


def _pushes(rng: Random, plan: Plan) -> list[datetime]:
    """Instants of the pushes, oldest first. The checks of the last one end before an unforced merge."""
    count = min(1 + int(rng.expovariate(1 / PUSHES)), 12)
    lived = (plan.ended - plan.opened).total_seconds() / 3600
    busy = min(lived, 60.0)
    last = 0.02 if plan.fate is Fate.FORCED else 0.45
    return sorted(after(plan.opened, hours=rng.uniform(0, max(busy - last, 0.01))) for _ in range(count))


def _passing(run: WorkflowRun) -> WorkflowRun:
    """The run with an end that lets a pull request be merged."""
    end = run.attempts[-1]
    if end.conclusion == "success":
        return run
    again = Attempt(run.created_at, after(run.created_at, hours=0.05), "success")
    return _with_attempts(run, (again,))


def _failing(run: WorkflowRun) -> WorkflowRun:
    """The run with an end that should have kept a pull request from being merged."""
    return _with_attempts(run, (Attempt(run.created_at, after(run.created_at, hours=0.015), "failure"),))


def _with_attempts(run: WorkflowRun, attempts: tuple[Attempt, ...]) -> WorkflowRun:
    return WorkflowRun(**{**vars(run), "attempts": attempts})


def _commit(rng: Random, plan: Plan, *, seed: str) -> Commit:
    login = plan.author.login
    touched = words.paths(rng)
    return Commit(
        sha=_sha(seed, plan.number, "merge"),
        committed_at=plan.ended,
        subject=f"{plan.title} (#{plan.number})",
        author_login=login,
        author_name=f"{login}[bot]" if plan.author.is_bot else login,
        author_email=f"{login}@example.invalid",
        author_is_bot=plan.author.is_bot,
        additions=int(rng.expovariate(0.02)) + len(touched),
        deletions=int(rng.expovariate(0.035)),
        paths=touched,
        pull_request=plan.number,
    )


def _pull(rng: Random, plan: Plan, *, head_ref: str, head_sha: str, base: str, last: list[WorkflowRun]) -> PullRequest:
    merged = plan.ended if plan.fate is not Fate.CLOSED else None
    checks = [
        CheckRun(run.name or run.path, attempt.started_at, attempt.completed_at, attempt.conclusion)
        for run in last
        for attempt in run.attempts
    ]
    closures = [] if merged else [Closure(plan.ended)]
    lived = plan.ended - plan.opened
    if lived > timedelta(hours=12) and rng.random() < 0.04:
        closures.insert(0, Closure(plan.opened + lived * 0.4, plan.opened + lived * 0.5))
    touched = words.paths(rng)
    return PullRequest(
        number=plan.number,
        title=plan.title,
        created_at=plan.opened,
        author=plan.author,
        base_ref=base,
        head_ref=head_ref,
        head_sha=head_sha,
        merged_at=merged,
        closures=closures,
        labels=[Label(name, after(plan.opened, hours=0.05)) for name in plan.labels],
        reviews=_reviews(rng, plan),
        comments=_comments(rng, plan),
        checks=checks,
        paths=touched,
        additions=len(touched) * 9,
        deletions=len(touched) * 4,
    )


def _reviews(rng: Random, plan: Plan) -> list[Review]:
    lived = min(plan.ended - plan.opened, timedelta(days=4))
    count = 0 if plan.fate is Fate.FORCED else min(int(rng.expovariate(0.6)) + (rng.random() < 0.7), 6)
    others = [Actor(login) for login in words.PEOPLE if login != plan.author.login]
    found = []
    for _ in range(count):
        at = plan.opened + timedelta(seconds=int(lived.total_seconds() * rng.triangular(0.05, 0.95, 0.3)))
        state = rng.choice(("APPROVED", "COMMENTED", "CHANGES_REQUESTED"))
        found.append(Review(at, rng.choice(others), min(int(rng.expovariate(0.5)), 9), state))
    return sorted(found, key=lambda review: review.at)


def _comments(rng: Random, plan: Plan) -> list[Comment]:
    lived = min(plan.ended - plan.opened, timedelta(days=6))
    found = [Comment(after(plan.opened, hours=0.1), Actor("release-bot", is_bot=True))]
    for _ in range(min(int(rng.expovariate(0.7)), 8)):
        at = plan.opened + timedelta(seconds=int(lived.total_seconds() * rng.random()))
        found.append(Comment(at, Actor(rng.choice(words.PEOPLE))))
    return found


def _sha(*parts: object) -> str:
    return hashlib.sha1("/".join(map(str, parts)).encode(), usedforsecurity=False).hexdigest()

"""What GitHub says about a fact at an instant: nothing later than `at` shows."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from health_assets.sandbox.github.world import (
    Attempt,
    CheckRun,
    Closure,
    Commit,
    Issue,
    Label,
    PullRequest,
    Repository,
    Status,
    WorkflowRun,
)

TIME_LIMIT_TEXT = "The job running on runner runner-7 has exceeded the maximum execution time of 360 minutes."
SUPERSEDED_TEXT = "Canceling since a higher priority waiting request for 'ci' exists"
BROKEN = frozenset({"failure", "timed_out", "cancelled", "action_required", "startup_failure", "stale"})

Item = PullRequest | Issue


@dataclass(frozen=True)
class Event:
    """A timeline event; `kind` is its GraphQL type."""

    kind: str
    at: datetime
    label: str = ""


def closures_of(item: Item) -> Iterator[Closure]:
    """Closed spans, the one by merging included."""
    yield from item.closures
    if isinstance(item, PullRequest) and item.merged_at is not None:
        yield Closure(item.merged_at)


def merged_at(item: Item, *, at: datetime) -> datetime | None:
    """When it was merged, None while it is not."""
    merged = item.merged_at if isinstance(item, PullRequest) else None
    return merged if merged is not None and merged <= at else None


def closed_at(item: Item, *, at: datetime) -> datetime | None:
    """When the current closing happened, None while it is open."""
    spans = [
        c.closed_at for c in closures_of(item) if c.closed_at <= at and not (c.reopened_at and c.reopened_at <= at)
    ]
    return max(spans, default=None)


def state(item: Item, *, at: datetime) -> str:
    """OPEN, CLOSED or MERGED."""
    if merged_at(item, at=at):
        return "MERGED"
    return "CLOSED" if closed_at(item, at=at) else "OPEN"


def events(item: Item, *, at: datetime) -> list[Event]:
    """Timeline events up to `at`, oldest first."""
    found: list[Event] = []
    for span in closures_of(item):
        found.append(Event("ClosedEvent", span.closed_at))
        if span.reopened_at is not None:
            found.append(Event("ReopenedEvent", span.reopened_at))
    if isinstance(item, PullRequest) and item.merged_at is not None:
        found.append(Event("MergedEvent", item.merged_at))
    for label in item.labels:
        if label.since is not None:
            found.append(Event("LabeledEvent", label.since, label.name))
        if label.until is not None:
            found.append(Event("UnlabeledEvent", label.until, label.name))
    return sorted((event for event in found if event.at <= at), key=lambda event: event.at)


def labels(item: Item, *, at: datetime) -> list[Label]:
    """Labels carried at `at`."""
    return [
        label
        for label in item.labels
        if (label.since is None or label.since <= at) and (label.until is None or label.until > at)
    ]


def updated_at(item: Item, *, at: datetime) -> datetime:
    """The last thing that happened to it by `at`."""
    instants = [item.created_at, *item.touched, *(comment.at for comment in item.comments)]
    for span in closures_of(item):
        instants += [span.closed_at, span.reopened_at] if span.reopened_at else [span.closed_at]
    instants += [instant for label in item.labels for instant in (label.since, label.until) if instant is not None]
    if isinstance(item, PullRequest):
        instants += [review.at for review in item.reviews]
    return max(instant for instant in instants if instant <= at)


def check_at(check: CheckRun, *, at: datetime) -> CheckRun:
    """The check run as of `at`; its end and conclusion are unknown until it completed."""
    done = check.completed_at is not None and check.completed_at <= at
    return check if done else replace(check, completed_at=None, conclusion=None, annotations=())


def latest_by_name(checks: Iterable[CheckRun]) -> list[CheckRun]:
    """The newest check run of each name."""
    newest: dict[str, CheckRun] = {}
    for check in sorted(checks, key=lambda check: check.started_at):
        newest[check.name] = check
    return list(newest.values())


def checks_at(checks: Iterable[CheckRun], *, at: datetime) -> list[CheckRun]:
    """Check runs that had begun by `at`, as of then."""
    return [check_at(check, at=at) for check in checks if check.started_at <= at]


def statuses_at(statuses: Iterable[Status], *, at: datetime) -> list[Status]:
    """The newest status of each context by `at`."""
    newest = {status.context: status for status in sorted(statuses, key=lambda s: s.at) if status.at <= at}
    return list(newest.values())


def rollup_state(checks: Sequence[CheckRun], statuses: Sequence[Status]) -> str | None:
    """Combined state of the newest checks: a failure outweighs what is pending; None without any check."""
    if not checks and not statuses:
        return None
    conclusions = [(check.conclusion or "").lower() for check in checks]
    states = [status.state.upper() for status in statuses]
    if "ERROR" in states or "FAILURE" in states or BROKEN.intersection(conclusions):
        return "FAILURE"
    return "PENDING" if "" in conclusions or "PENDING" in states or "EXPECTED" in states else "SUCCESS"


@dataclass(frozen=True)
class RunState:
    """A workflow run as listed: its newest attempt begun by then."""

    run: WorkflowRun
    attempt: int
    status: str
    conclusion: str | None
    started_at: datetime
    updated_at: datetime


def attempt_state(run: WorkflowRun, number: int, *, at: datetime) -> RunState:
    """Attempt `number` (from 1) of a run as of `at`."""
    attempt = run.attempts[number - 1]
    done = attempt.completed_at if attempt.completed_at is not None and attempt.completed_at <= at else None
    return RunState(
        run=run,
        attempt=number,
        status=attempt.status if done else "in_progress",
        conclusion=attempt.conclusion if done else None,
        started_at=attempt.started_at,
        updated_at=done or attempt.started_at,
    )


def run_state(run: WorkflowRun, *, at: datetime) -> RunState | None:
    """The run as listed at `at`; None before it was created or before any attempt began."""
    if run.created_at > at:
        return None
    begun = [number for number, attempt in enumerate(run.attempts, start=1) if attempt.started_at <= at]
    return attempt_state(run, begun[-1], at=at) if begun else None


def jobs_of(run: WorkflowRun, attempt: Attempt) -> tuple[CheckRun, ...]:
    """Check runs of an attempt; without explicit jobs one that mirrors it."""
    if attempt.jobs is not None or not attempt.recorded:
        return attempt.jobs or ()
    notes = (TIME_LIMIT_TEXT if attempt.timed_out else SUPERSEDED_TEXT,) if attempt.conclusion == "cancelled" else ()
    mirrored = CheckRun(
        name=run.name or run.path,
        started_at=attempt.started_at,
        completed_at=attempt.completed_at,
        conclusion=attempt.conclusion,
        annotations=notes,
    )
    return (mirrored,)


def history(repository: Repository, *, at: datetime) -> list[Commit]:
    """Commits that the default branch shows at `at`, from the tip down."""
    return [commit for commit in repository.newest_commits if commit.visible_at <= at]

"""Random weeks of a repository, for properties that must hold whatever happens."""

from datetime import UTC, datetime, timedelta

from hypothesis import strategies as st

from health_assets.sandbox.github.world import (
    Actor,
    Attempt,
    CheckRun,
    Closure,
    Comment,
    Commit,
    Issue,
    Label,
    PullRequest,
    Repository,
    Review,
    WorkflowRun,
)
from health_assets_tests.worlds import REPOSITORY

START = datetime(2026, 3, 2, tzinfo=UTC)
DAYS = 7
END = START + timedelta(days=DAYS)
#: Facts begin before the week, so that its first windows are not empty.
EARLIEST = START - timedelta(days=9)

PEOPLE = [Actor("ann"), Actor("ben"), Actor("cleaner", is_bot=True), None]
LABELS = ["hotfix", "force-merge", "training", "bug", "docs"]
OUTCOMES = ["SUCCESS", "FAILURE"]
SUBJECTS = [
    "add a thing",
    'Revert "add a thing"',
    "hot fix the thing",
    "mention revert and hotfixture",
    "revert: thing",
]


def instants(first: datetime = EARLIEST, last: datetime = END) -> st.SearchStrategy[datetime]:
    """Whole minutes; GitHub's own times have no fractions."""
    length = int((last - first).total_seconds()) // 60
    return st.integers(0, length).map(lambda minutes: first + timedelta(minutes=minutes))


@st.composite
def later(draw: st.DrawFn, start: datetime, *, hours: int = 120) -> datetime:
    return start + timedelta(minutes=draw(st.integers(1, hours * 60)))


@st.composite
def closures(draw: st.DrawFn, start: datetime) -> tuple[Closure, ...]:
    found, at = [], start
    for _ in range(draw(st.integers(0, 2))):
        closed = draw(later(at))
        reopened = draw(st.one_of(st.none(), later(closed)))
        found.append(Closure(closed, reopened))
        if reopened is None:
            break
        at = reopened
    return tuple(found)


@st.composite
def labels(draw: st.DrawFn, start: datetime) -> tuple[Label, ...]:
    names = draw(st.lists(st.sampled_from(LABELS), unique=True, max_size=3))
    found = []
    for name in names:
        since = draw(later(start))
        found.append(Label(name, since, draw(st.one_of(st.none(), later(since)))))
    return tuple(found)


@st.composite
def pull_requests(draw: st.DrawFn, number: int) -> PullRequest:
    created = draw(instants())
    shut = draw(closures(created))
    still_open = not shut or shut[-1].reopened_at is not None
    since = shut[-1].reopened_at if shut and shut[-1].reopened_at else created
    merged = draw(st.one_of(st.none(), later(since))) if still_open else None
    checked = draw(later(created, hours=10))
    return PullRequest(
        number=number,
        title=f"pull {number}",
        created_at=created,
        author=draw(st.sampled_from(PEOPLE)),
        merged_at=merged,
        closures=shut,
        labels=draw(labels(created)),
        reviews=[
            Review(draw(later(created)), draw(st.sampled_from(PEOPLE)), comments=draw(st.integers(0, 3)))
            for _ in range(draw(st.integers(0, 2)))
        ],
        comments=[Comment(draw(later(created)), draw(st.sampled_from(PEOPLE))) for _ in range(draw(st.integers(0, 2)))],
        checks=[CheckRun("tests", checked, draw(later(checked, hours=3)), draw(st.sampled_from(OUTCOMES)))],
        paths=[f"file{draw(st.integers(0, 5))}.py"],
    )


@st.composite
def commits(draw: st.DrawFn, number: int, pulls: list[PullRequest]) -> Commit:
    """Dated now and then long before it is pushed; some come by a merged pull request."""
    committed = draw(instants())
    merged = [pull.number for pull in pulls if pull.merged_at is not None]
    return Commit(
        sha=f"{number:040x}",
        committed_at=committed,
        pushed_at=draw(st.one_of(st.none(), later(committed, hours=72))),
        subject=draw(st.sampled_from(SUBJECTS)),
        author_login=draw(st.sampled_from(["ann", "ben", None])),
        author_email=draw(st.sampled_from(["ann@example.invalid", "cat@example.invalid"])),
        additions=draw(st.integers(0, 50)),
        deletions=draw(st.integers(0, 50)),
        paths=[f"file{draw(st.integers(0, 5))}.py"],
        pull_request=draw(st.one_of(st.none(), st.sampled_from(merged))) if merged else None,
    )


@st.composite
def runs(draw: st.DrawFn, number: int) -> WorkflowRun:
    """Up to three attempts, the later ones days afterwards; cancelled ones may have timed out."""
    created = draw(instants())
    attempts, begun = [], created
    for _ in range(draw(st.integers(1, 3))):
        done = draw(later(begun, hours=5))
        conclusion = draw(st.sampled_from(["success", "failure", "cancelled", "skipped", "timed_out"]))
        attempts.append(Attempt(begun, done, conclusion, timed_out=conclusion == "cancelled" and draw(st.booleans())))
        begun = draw(later(done, hours=60))
    workflow = draw(st.integers(1, 3))
    return WorkflowRun(
        run_id=5000 + number,
        created_at=created,
        attempts=attempts,
        workflow_id=workflow,
        name=["tests", "lint", "bench"][workflow - 1],
        event=draw(st.sampled_from(["push", "schedule", "pull_request"])),
        branch=draw(st.sampled_from(["main", "topic"])),
        from_fork=draw(st.booleans()),
    )


@st.composite
def issues(draw: st.DrawFn, number: int) -> Issue:
    created = draw(instants())
    return Issue(
        number=number,
        title=f"issue {number}",
        created_at=created,
        closures=draw(closures(created)),
        labels=draw(labels(created)),
    )


@st.composite
def weeks(draw: st.DrawFn) -> Repository:
    """A repository with a handful of everything around the week."""
    pulls = [draw(pull_requests(number)) for number in range(1, draw(st.integers(1, 6)) + 1)]
    return Repository(
        full_name=REPOSITORY,
        pulls=pulls,
        issues=[draw(issues(number)) for number in range(101, draw(st.integers(101, 104)))],
        commits=[draw(commits(number, pulls)) for number in range(draw(st.integers(1, 5)))],
        runs=[draw(runs(number)) for number in range(draw(st.integers(1, 8)))],
    )

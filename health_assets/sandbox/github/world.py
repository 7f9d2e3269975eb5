"""Facts about a repository, each with its own instants; what GitHub says at an instant is derived in view.py.

All instants are aware UTC datetimes. GitHub answers in whole seconds, so fractions are lost on the wire. None means
"not known" wherever a field allows it, and is served the way GitHub serves an unknown: null, or an error entry.
"""

import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property


@dataclass(frozen=True)
class Actor:
    """Who did something. REST shows a bot's login with the suffix [bot], GraphQL without it."""

    login: str
    is_bot: bool = False


@dataclass(frozen=True)
class Closure:
    """A span in which an item was closed; `reopened_at` None means it still is."""

    closed_at: datetime
    reopened_at: datetime | None = None


@dataclass(frozen=True)
class Label:
    """A label an item carried in [since, until). `since` None: from the start, and no event tells so."""

    name: str
    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True)
class Review:
    """A submitted review with its number of review comments."""

    at: datetime
    author: Actor | None = None
    comments: int = 0
    state: str = "COMMENTED"


@dataclass(frozen=True)
class Comment:
    """A comment in the conversation of a pull request or an issue."""

    at: datetime
    author: Actor | None = None


@dataclass(frozen=True)
class CheckRun:
    """A check run of a commit. A check that is run again is another CheckRun with the same name."""

    name: str
    started_at: datetime
    completed_at: datetime | None = None
    conclusion: str | None = None
    annotations: tuple[str, ...] = ()


@dataclass(frozen=True)
class Status:
    """A commit status, the older sibling of a check run; a later one of the same context replaces it."""

    context: str
    state: str
    at: datetime


@dataclass(frozen=True, kw_only=True)
class PullRequest:
    """A pull request. `merged_at` closes it without a Closure of its own; `touched` are instants of other changes."""

    number: int
    title: str
    created_at: datetime
    author: Actor | None = None
    base_ref: str = "main"
    head_ref: str = "topic"
    head_sha: str = ""
    merged_at: datetime | None = None
    closures: Sequence[Closure] = ()
    labels: Sequence[Label] = ()
    reviews: Sequence[Review] = ()
    comments: Sequence[Comment] = ()
    checks: Sequence[CheckRun] = ()
    statuses: Sequence[Status] = ()
    paths: Sequence[str] | None = ()
    additions: int | None = 0
    deletions: int | None = 0
    is_draft: bool = False
    touched: Sequence[datetime] = ()


@dataclass(frozen=True, kw_only=True)
class Issue:
    """An issue that is not a pull request."""

    number: int
    title: str
    created_at: datetime
    author: Actor | None = None
    closures: Sequence[Closure] = ()
    labels: Sequence[Label] = ()
    comments: Sequence[Comment] = ()
    touched: Sequence[datetime] = ()


@dataclass(frozen=True, kw_only=True)
class Commit:
    """A commit of the default branch.

    pushed_at: when it appears there (None: when it was committed). author_login None: GitHub knows no such user.
    additions, deletions, paths None: not known. pull_request: number of the one that brought it.
    """

    sha: str
    committed_at: datetime
    subject: str
    pushed_at: datetime | None = None
    author_login: str | None = None
    author_name: str | None = None
    author_email: str | None = None
    author_is_bot: bool = False
    additions: int | None = 0
    deletions: int | None = 0
    paths: Sequence[str] | None = ()
    pull_request: int | None = None
    parents: int = 1

    @property
    def visible_at(self) -> datetime:
        """When the default branch shows it."""
        return self.pushed_at or self.committed_at


@dataclass(frozen=True)
class Attempt:
    """One attempt of a workflow run.

    Up to `completed_at` it is in progress without conclusion; from then on `status` and `conclusion` hold as written.
    timed_out: its cancelled check run says that the time limit was exceeded. jobs None: one job, derived from the
    attempt. recorded False: it is only known that there was one.
    """

    started_at: datetime
    completed_at: datetime | None = None
    conclusion: str | None = None
    timed_out: bool = False
    status: str = "completed"
    jobs: tuple[CheckRun, ...] | None = None
    recorded: bool = True


@dataclass(frozen=True, kw_only=True)
class WorkflowRun:
    """A workflow run with its attempts, oldest first. from_fork None: the fork is gone, head_repository is null."""

    run_id: int
    created_at: datetime
    attempts: Sequence[Attempt]
    workflow_id: int = 1
    name: str | None = "tests"
    path: str = ".github/workflows/tests.yml"
    event: str = "push"
    branch: str | None = "main"
    from_fork: bool | None = False
    head_sha: str = ""
    run_number: int = 1


@dataclass(frozen=True)
class Branch:
    """A branch other than the default one, alive in [created_at, deleted_at)."""

    name: str
    created_at: datetime
    deleted_at: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class Repository:
    """Everything the sandbox knows about one repository. branches None: not known, `refs` is null.

    web_url None: links to people's pages lead to the sandbox itself.
    """

    full_name: str
    default_branch: str = "main"
    pulls: Sequence[PullRequest] = ()
    issues: Sequence[Issue] = ()
    commits: Sequence[Commit] = ()
    runs: Sequence[WorkflowRun] = ()
    branches: Sequence[Branch] | None = ()
    web_url: str | None = None

    @cached_property
    def repository_id(self) -> int:
        """A stable number made from the name."""
        return zlib.crc32(self.full_name.lower().encode())

    @cached_property
    def newest_runs(self) -> tuple[WorkflowRun, ...]:
        """Runs in the order of GitHub's listing."""
        return tuple(sorted(self.runs, key=lambda run: (run.created_at, run.run_id), reverse=True))

    @cached_property
    def newest_commits(self) -> tuple[Commit, ...]:
        """Commits from the tip of the default branch down."""
        return tuple(sorted(self.commits, key=lambda commit: (commit.visible_at, commit.committed_at), reverse=True))

    @cached_property
    def pull_by_number(self) -> dict[int, PullRequest]:
        """Pull requests by number."""
        return {pull.number: pull for pull in self.pulls}

    @cached_property
    def issue_by_number(self) -> dict[int, Issue]:
        """Issues by number."""
        return {issue.number: issue for issue in self.issues}

    @cached_property
    def run_by_id(self) -> dict[int, WorkflowRun]:
        """Workflow runs by id."""
        return {run.run_id: run for run in self.runs}

    @cached_property
    def commit_by_sha(self) -> dict[str, Commit]:
        """Commits by sha."""
        return {commit.sha: commit for commit in self.commits}

    @cached_property
    def push_runs_by_sha(self) -> dict[str, list[WorkflowRun]]:
        """Runs of pushes to the default branch by the commit they ran on."""
        found: dict[str, list[WorkflowRun]] = {}
        for run in self.runs:
            if run.event == "push" and run.branch == self.default_branch:
                found.setdefault(run.head_sha, []).append(run)
        return found

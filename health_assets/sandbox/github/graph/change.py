"""Pull requests and commits, which lead to each other."""

from datetime import datetime
from functools import cached_property
from typing import Any

from health_assets.sandbox.github import view
from health_assets.sandbox.github.graph.checks import CheckRunNode, CheckSuiteNode, RollupNode, suite_of_run
from health_assets.sandbox.github.graph.connection import Connection, refusal
from health_assets.sandbox.github.graph.item import ItemNode
from health_assets.sandbox.github.graph.node import FileNode, GitActorNode, Node, Scope
from health_assets.sandbox.github.graph.review import ReviewNode
from health_assets.sandbox.github.world import CheckRun, Commit, PullRequest, Review, Status

#: Ids of a head commit and its checks are made from its pull request, since tests may leave the sha out.
HEAD_KEY = "pull"


def known(count: int | None, *, what: str) -> int:
    """A count that GraphQL promises; when GitHub cannot tell it, it answers an error that voids the whole object."""
    if count is None:
        raise refusal("UNAVAILABLE", f"The {what} count for this commit is unavailable.")
    return count


class PullRequestNode(ItemNode):
    """A pull request."""

    typename, prefix, path = "PullRequest", "PR", "pull"
    item: PullRequest

    def __init__(self, scope: Scope, item: PullRequest) -> None:
        super().__init__(scope, item)
        self.base_ref_name = item.base_ref
        self.head_ref_name = item.head_ref
        self.head_ref_oid = item.head_sha
        self.is_draft = item.is_draft

    @property
    def merged_at(self) -> datetime | None:
        """When it was merged."""
        return view.merged_at(self.item, at=self.scope.at)

    @property
    def merged(self) -> bool:
        """Whether it was merged."""
        return self.merged_at is not None

    @property
    def additions(self) -> int:
        """Lines added."""
        return known(self.item.additions, what="additions")

    @property
    def deletions(self) -> int:
        """Lines deleted."""
        return known(self.item.deletions, what="deletions")

    @property
    def changed_files(self) -> int:
        """Files changed."""
        return known(None if self.item.paths is None else len(self.item.paths), what="changed files")

    @cached_property
    def submitted(self) -> list[Review]:
        """Reviews so far, oldest first."""
        return sorted((r for r in self.item.reviews if r.at <= self.scope.at), key=lambda review: review.at)

    @property
    def total_comments_count(self) -> int:
        """Conversation and review comments together."""
        return len(self.conversation) + sum(review.comments for review in self.submitted)

    def reviews(self, **arguments: Any) -> Connection:
        """Submitted reviews."""
        return self.connection("reviews", self.submitted, self._review, arguments)

    def _review(self, review: Review) -> ReviewNode:
        return ReviewNode(self.scope, review, owner=self.number)

    def files(self, **arguments: Any) -> Connection | None:
        """Changed files; null where they are not known."""
        return None if self.item.paths is None else self.connection("files", self.item.paths, FileNode, arguments)

    def commits(self, **arguments: Any) -> Connection:
        """The head commit, the only one the sandbox keeps."""
        return self.connection("commits", [self.item], lambda item: PullRequestCommitNode(self.scope, item), arguments)


class PullRequestCommitNode:
    """The link between a pull request and its head commit."""

    def __init__(self, scope: Scope, item: PullRequest) -> None:
        self.id = scope.id("PRC", item.number)
        self.commit = HeadCommitNode(scope, item)


class CommitNode(Node):
    """A commit of the default branch; its checks are those of the workflow runs of its push."""

    typename = "Commit"

    def __init__(self, scope: Scope, commit: Commit, *, key: str = "") -> None:
        super().__init__(scope)
        self._commit = commit
        self._key = key or commit.sha
        self.oid = commit.sha
        self.id = scope.id("C", self._key)
        self.url = scope.url("commit", commit.sha)
        self.message = commit.subject
        self.message_headline = commit.subject.partition("\n")[0]
        self.committed_date = commit.committed_at
        self.pushed_date = None
        self.author = GitActorNode(commit, base=scope.base)

    @property
    def additions(self) -> int:
        """Lines added."""
        return known(self._commit.additions, what="additions")

    @property
    def deletions(self) -> int:
        """Lines deleted."""
        return known(self._commit.deletions, what="deletions")

    @property
    def changed_files(self) -> int:
        """Files changed."""
        return known(self.changed_files_if_available, what="changed files")

    @property
    def changed_files_if_available(self) -> int | None:
        """Files changed, null where GitHub cannot tell."""
        return None if self._commit.paths is None else len(self._commit.paths)

    @property
    def status_check_rollup(self) -> RollupNode | None:
        """Combined state of its checks, null without any."""
        checks, statuses = self.checks(), self.statuses()
        return RollupNode(self.scope, checks, statuses, owner=self._key) if checks or statuses else None

    def check_suites(self, **arguments: Any) -> Connection:
        """Check suites so far."""
        return self.connection("checkSuites", self.suites(), lambda suite: suite, arguments)

    def check_nodes(self) -> list[CheckRunNode]:
        """All check runs so far."""
        return [CheckRunNode(self.scope, check, owner=self._key) for check in self.checks()]

    def checks(self) -> list[CheckRun]:
        """Check runs so far."""
        jobs = [job for run in self._runs() for job in view.jobs_of(run.run, run.run.attempts[run.attempt - 1])]
        return view.checks_at(jobs, at=self.scope.at)

    def statuses(self) -> list[Status]:
        """Newest statuses so far."""
        return []

    def suites(self) -> list[CheckSuiteNode]:
        """One suite for each workflow run."""
        return [suite_of_run(self.scope, state) for state in self._runs()]

    def _runs(self) -> list[view.RunState]:
        runs = self.scope.world.push_runs_by_sha.get(self.oid, ())
        states = [view.run_state(run, at=self.scope.at) for run in runs]
        return [state for state in states if state is not None]

    def history(
        self,
        since: datetime | None = None,
        until: datetime | None = None,
        **arguments: Any,
    ) -> Connection:
        """Commits up to this one, newest first; `since` and `until` are inclusive committer dates."""
        shown = view.history(self.scope.world, at=min(self.scope.at, self._commit.visible_at))
        kept = [c for c in shown if (not since or c.committed_at >= since) and (not until or c.committed_at <= until)]
        return self.connection("history", kept, lambda commit: CommitNode(self.scope, commit), arguments)

    def associated_pull_requests(self, **arguments: Any) -> Connection:
        """The pull request that brought it."""
        pull = self.scope.world.pull_by_number.get(self._commit.pull_request or 0)
        found = [pull] if pull is not None and pull.created_at <= self.scope.at else []
        return self.connection(
            "associatedPullRequests", found, lambda item: PullRequestNode(self.scope, item), arguments
        )

    def parents(self, **arguments: Any) -> Connection:
        """Parent commits: counted, not followed."""
        return self.connection("parents", range(self._commit.parents), lambda _: None, arguments)


class HeadCommitNode(CommitNode):
    """The head commit of a pull request, known by its checks."""

    def __init__(self, scope: Scope, item: PullRequest) -> None:
        fact = Commit(
            sha=item.head_sha,
            committed_at=item.created_at,
            subject=item.title,
            author_login=item.author.login if item.author else None,
            author_is_bot=item.author is not None and item.author.is_bot,
            additions=None,
            deletions=None,
            paths=None,
            pull_request=item.number,
        )
        super().__init__(scope, fact, key=f"{HEAD_KEY}{item.number}")
        self._item = item

    def checks(self) -> list[CheckRun]:
        """Check runs so far, earlier ones of the same name included."""
        return view.checks_at(self._item.checks, at=self.scope.at)

    def statuses(self) -> list[Status]:
        """Newest statuses so far."""
        return view.statuses_at(self._item.statuses, at=self.scope.at)

    def suites(self) -> list[CheckSuiteNode]:
        """One suite with every check run."""
        checks = self.checks()
        return [CheckSuiteNode(self.scope, checks, owner=self._key)] if checks else []

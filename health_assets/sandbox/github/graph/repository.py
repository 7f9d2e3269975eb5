"""The repository, its branches, and the lists that hang on it."""

from collections.abc import Mapping, Sequence
from typing import Any

from health_assets.sandbox.github import view
from health_assets.sandbox.github.graph.change import CommitNode, PullRequestNode
from health_assets.sandbox.github.graph.connection import Connection
from health_assets.sandbox.github.graph.item import IssueNode, ItemNode
from health_assets.sandbox.github.graph.node import Node, Scope

HEADS = "refs/heads/"
ORDER = {
    "CREATED_AT": lambda node: (node.created_at, node.number),
    "UPDATED_AT": lambda node: (node.updated_at, node.number),
    "COMMENTS": lambda node: (len(node.conversation), node.number),
}


class RefNode(Node):
    """A branch."""

    typename = "Ref"

    def __init__(self, scope: Scope, name: str) -> None:
        super().__init__(scope)
        self.id = scope.id("REF", name)
        self.name = name
        self.prefix = HEADS

    @property
    def target(self) -> CommitNode | None:
        """Its newest commit; only that of the default branch is kept."""
        if self.name != self.scope.world.default_branch:
            return None
        chain = view.history(self.scope.world, at=self.scope.at)
        return CommitNode(self.scope, chain[0]) if chain else None


class RepositoryNode(Node):
    """A repository."""

    typename = "Repository"

    def __init__(self, scope: Scope) -> None:
        super().__init__(scope)
        world = scope.world
        self.id = scope.id("R")
        self.database_id = world.repository_id % 2**31
        self.name = world.full_name.partition("/")[2]
        self.name_with_owner = world.full_name
        self.url = scope.url()
        self.is_private = False

    @property
    def created_at(self) -> Any:
        """Its first known fact, the clock when there is none."""
        world = self.scope.world
        instants = [fact.created_at for facts in (world.pulls, world.issues, world.runs) for fact in facts]
        return min([*instants, *(commit.committed_at for commit in world.commits)], default=self.scope.at)

    @property
    def default_branch_ref(self) -> RefNode | None:
        """The default branch; null before its first commit, as in an empty repository."""
        ref = RefNode(self.scope, self.scope.world.default_branch)
        return ref if ref.target is not None else None

    def refs(self, ref_prefix: str, **arguments: Any) -> Connection | None:
        """Branches alive now, the default one included; null where they are not known."""
        world, at = self.scope.world, self.scope.at
        if world.branches is None:
            return None
        alive = [b.name for b in world.branches if b.created_at <= at and (b.deleted_at is None or b.deleted_at > at)]
        names = sorted([world.default_branch, *alive]) if ref_prefix.rstrip("/") == HEADS.rstrip("/") else []
        return self.connection("refs", names, lambda name: RefNode(self.scope, name), arguments)

    def pull_request(self, number: int) -> PullRequestNode | None:
        """One pull request."""
        pull = self.scope.world.pull_by_number.get(number)
        return PullRequestNode(self.scope, pull) if pull and pull.created_at <= self.scope.at else None

    def issue(self, number: int) -> IssueNode | None:
        """One issue."""
        issue = self.scope.world.issue_by_number.get(number)
        return IssueNode(self.scope, issue) if issue and issue.created_at <= self.scope.at else None

    def pull_requests(self, base_ref_name: str | None = None, **arguments: Any) -> Connection:
        """Pull requests by state, label and base branch."""
        pulls = [
            PullRequestNode(self.scope, pull) for pull in self.scope.world.pulls if pull.created_at <= self.scope.at
        ]
        kept = [node for node in pulls if base_ref_name in (None, node.base_ref_name)]
        return self._listing("pullRequests", kept, arguments, {})

    def issues(self, filter_by: Mapping[str, Any] | None = None, **arguments: Any) -> Connection:
        """Issues by state, label and last update."""
        issues = [
            IssueNode(self.scope, issue) for issue in self.scope.world.issues if issue.created_at <= self.scope.at
        ]
        return self._listing("issues", issues, arguments, filter_by or {})

    def _listing(
        self,
        name: str,
        nodes: Sequence[ItemNode],
        arguments: Mapping[str, Any],
        filter_by: Mapping[str, Any],
    ) -> Connection:
        states, labels = arguments.get("states"), arguments.get("labels")
        for wanted in (states, filter_by.get("states")):
            nodes = [node for node in nodes if not wanted or node.state in wanted]
        for names in (labels, filter_by.get("labels")):
            nodes = [node for node in nodes if not names or set(names).intersection(node.label_names)]
        since = filter_by.get("since")
        nodes = [node for node in nodes if since is None or node.updated_at >= since]
        order = arguments.get("order_by") or {"field": "CREATED_AT", "direction": "ASC"}
        ordered = sorted(nodes, key=ORDER[order["field"]], reverse=order["direction"] == "DESC")
        return self.connection(name, ordered, lambda node: node, dict(arguments))

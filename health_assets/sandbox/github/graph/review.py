"""Reviews of pull requests."""

from typing import Any

from health_assets.sandbox.github.graph.connection import Connection
from health_assets.sandbox.github.graph.node import CommentNode, Node, Scope, actor_node
from health_assets.sandbox.github.world import Review


class ReviewNode(Node):
    """A submitted review; its comments are dated by it."""

    typename = "PullRequestReview"

    def __init__(self, scope: Scope, review: Review, *, owner: int) -> None:
        super().__init__(scope)
        self._comments = review.comments
        self.id = scope.id("PRR", owner, review.at.timestamp())
        self.author = actor_node(review.author, base=scope.base)
        self.state = review.state.upper()
        self.submitted_at = review.at

    def comments(self, **arguments: Any) -> Connection:
        """Review comments."""
        return self.connection("comments", range(self._comments), self._comment, arguments)

    def _comment(self, index: int) -> CommentNode:
        return CommentNode(f"{self.id}_{index}", self.author, self.submitted_at)

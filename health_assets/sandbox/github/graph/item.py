"""What pull requests and issues have in common, and issues."""

from collections.abc import Sequence
from datetime import datetime
from functools import cached_property
from typing import Any, ClassVar

from health_assets.sandbox.github import view
from health_assets.sandbox.github.graph.connection import Connection
from health_assets.sandbox.github.graph.node import (
    ActorNode,
    CommentNode,
    EventNode,
    LabelNode,
    Node,
    Scope,
    actor_node,
)
from health_assets.sandbox.github.world import Comment, Label


class ItemNode(Node):
    """A pull request or issue as of the scope's instant."""

    prefix: ClassVar[str] = ""
    path: ClassVar[str] = ""

    def __init__(self, scope: Scope, item: view.Item) -> None:
        super().__init__(scope)
        self.item = item
        self.id = scope.id(self.prefix, item.number)
        self.number = item.number
        self.database_id = item.number
        self.title = item.title
        self.url = scope.url(self.path, item.number)
        self.created_at = item.created_at

    @cached_property
    def author(self) -> ActorNode | None:
        """Who opened it."""
        return actor_node(self.item.author, base=self.scope.base)

    @cached_property
    def updated_at(self) -> datetime:
        """The last thing that happened to it."""
        return view.updated_at(self.item, at=self.scope.at)

    @cached_property
    def closed_at(self) -> datetime | None:
        """When the current closing happened."""
        return view.closed_at(self.item, at=self.scope.at)

    @property
    def closed(self) -> bool:
        """Closed or merged."""
        return self.closed_at is not None

    @cached_property
    def state(self) -> str:
        """OPEN, CLOSED or MERGED."""
        return view.state(self.item, at=self.scope.at)

    @cached_property
    def label_names(self) -> list[str]:
        """Names of the labels carried now."""
        return [label.name for label in view.labels(self.item, at=self.scope.at)]

    @cached_property
    def conversation(self) -> list[Comment]:
        """Comments so far, oldest first."""
        kept = [comment for comment in self.item.comments if comment.at <= self.scope.at]
        return sorted(kept, key=lambda comment: comment.at)

    def labels(self, **arguments: Any) -> Connection:
        """Labels carried now."""
        return self.connection("labels", view.labels(self.item, at=self.scope.at), self._label, arguments)

    def comments(self, **arguments: Any) -> Connection:
        """The conversation."""
        return self.connection("comments", self.conversation, self._comment, arguments)

    def timeline_items(self, item_types: Sequence[str] | None = None, **arguments: Any) -> Connection:
        """Dated events, oldest first; only of the types named, if any are."""
        wanted = {name.replace("_", "").lower() for name in item_types or ()}
        kept = [e for e in view.events(self.item, at=self.scope.at) if not wanted or e.kind.lower() in wanted]
        return self.connection("timelineItems", kept, self._event, arguments)

    def _label(self, label: Label) -> LabelNode:
        return LabelNode(self.scope.id("LA", label.name), label.name)

    def _comment(self, comment: Comment) -> CommentNode:
        author = actor_node(comment.author, base=self.scope.base)
        return CommentNode(f"{self.id}_{comment.at.timestamp()}", author, comment.at)

    def _event(self, event: view.Event) -> EventNode:
        label = LabelNode(self.scope.id("LA", event.label), event.label)
        return EventNode(f"{self.id}_{event.kind}_{event.at.timestamp()}", event.kind, event.at, label)


class IssueNode(ItemNode):
    """An issue."""

    typename, prefix, path = "Issue", "I", "issues"

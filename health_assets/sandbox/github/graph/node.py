"""The scope objects are seen in, the base they share, and the smallest of them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar

from health_assets.sandbox.github.graph.connection import Connection
from health_assets.sandbox.github.payload import node_id, page
from health_assets.sandbox.github.world import Actor, Commit, Repository

PAGING = ("first", "last", "after", "before")


@dataclass(frozen=True)
class Scope:
    """One repository as of one instant; `base` is the sandbox's own address."""

    world: Repository
    at: datetime
    base: str

    def id(self, kind: str, *parts: object) -> str:
        """A node id inside the repository."""
        return node_id(kind, self.world, *parts)

    def url(self, *parts: object) -> str:
        """The address of a page of the repository."""
        return "/".join([page(self.world, base=self.base), *map(str, parts)])


class Node:
    """Base of the objects that hand out slices."""

    typename: ClassVar[str] = ""

    def __init__(self, scope: Scope) -> None:
        self.scope = scope

    def connection(
        self, name: str, items: Sequence[Any], make: Callable[[Any], Any], arguments: dict[str, Any]
    ) -> Connection:
        """The slice of `items` that the paging arguments ask for."""
        paging = {name: arguments.get(name) for name in PAGING}
        return Connection(items, make, name=name, paging=paging)


@dataclass(frozen=True)
class ActorNode:
    """A user or bot. Its database id is not invented."""

    login: str
    typename: str
    url: str
    database_id: int | None = None

    @property
    def id(self) -> str:
        """Node id."""
        return f"U_{self.login}"


def actor_node(actor: Actor | None, *, base: str) -> ActorNode | None:
    """The author as GraphQL shows it; None is a deleted account. A bot's login has no [bot] here."""
    if actor is None:
        return None
    login = actor.login.removesuffix("[bot]") if actor.is_bot else actor.login
    return ActorNode(login, "Bot" if actor.is_bot else "User", f"{base}/{login}")


@dataclass(frozen=True)
class LabelNode:
    """A label."""

    id: str
    name: str


@dataclass(frozen=True)
class EventNode:
    """A timeline event; `label` has a meaning for labelling events only."""

    id: str
    typename: str
    created_at: datetime
    label: LabelNode


@dataclass(frozen=True)
class CommentNode:
    """A comment, in a conversation or in a review."""

    id: str
    author: ActorNode | None
    created_at: datetime


@dataclass(frozen=True)
class FileNode:
    """A changed file."""

    path: str


class GitActorNode:
    """A commit's author; `user` is null for a bot or when no account has the address."""

    def __init__(self, commit: Commit, *, base: str) -> None:
        bot = commit.author_is_bot
        login = commit.author_login
        self.name = commit.author_name or (f"{login.removesuffix('[bot]')}[bot]" if login and bot else login)
        self.email = commit.author_email
        self.date = commit.committed_at
        self.user: ActorNode | None = None if bot or login is None else actor_node(Actor(login), base=base)

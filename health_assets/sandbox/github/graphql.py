"""GraphQL over HTTP: parsing, validation against schema.graphql, limits, execution and GitHub's style of errors.

The answer to a query that fails is HTTP 200 with `errors`, as GitHub's is. Only a body that is no query is a 400.
"""

import json
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache, lru_cache
from importlib.resources import files
from typing import Any, cast

from graphql import (
    DocumentNode,
    GraphQLError,
    GraphQLResolveInfo,
    GraphQLSchema,
    GraphQLSyntaxError,
    build_schema,
    execute_sync,
    parse,
    validate,
)
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from health_assets.model.time import parse_instant
from health_assets.sandbox.github.graph.connection import refusal
from health_assets.sandbox.github.graph.find import find_node
from health_assets.sandbox.github.graph.node import ActorNode, Node, Scope
from health_assets.sandbox.github.graph.repository import RepositoryNode
from health_assets.sandbox.github.limits import Demand, demand_of
from health_assets.sandbox.github.service import QUOTA, GitHub, instant, problem

NODE_LIMIT = 500_000
IDS_LIMIT = 100


@cache
def schema() -> GraphQLSchema:
    """The trimmed schema with instants for its time scalars."""
    built = build_schema(files(__package__).joinpath("schema.graphql").read_text(encoding="utf-8"))
    for name in ("DateTime", "GitTimestamp"):
        scalar = cast(Any, built.type_map[name])
        scalar.serialize = instant
        scalar.parse_value = parse_instant
    return built


@lru_cache(maxsize=64)
def _checked(query: str) -> tuple[DocumentNode, tuple[GraphQLError, ...]]:
    document = parse(query)
    return document, tuple(validate(schema(), document))


@dataclass
class Root:
    """The query type."""

    github: GitHub
    base: str
    demand: Demand

    def repository(self, owner: str, name: str, **_: bool) -> RepositoryNode:
        """A repository by name, or GitHub's NOT_FOUND."""
        world = self.github.repository(f"{owner}/{name}")
        if world is None:
            raise refusal("NOT_FOUND", f"Could not resolve to a Repository with the name '{owner}/{name}'.")
        return RepositoryNode(Scope(world, self.github.now(), self.base))

    def node(self, id: str) -> Node:
        """An object by its node id, or GitHub's NOT_FOUND."""
        kind, repository, key = [*id.split("_", 2), "", ""][:3]
        for world in self.github.repositories.values():
            scope = Scope(world, self.github.now(), self.base)
            found = find_node(scope, kind, key) if repository == str(world.repository_id) else None
            if found is not None:
                return found
        raise refusal("NOT_FOUND", f"Could not resolve to a node with the global id of '{id}'")

    def nodes(self, ids: list[str]) -> list[Node | GraphQLError]:
        """Objects by node ids, each unknown one null with an error beside the data."""
        if len(ids) > IDS_LIMIT:
            message = f"You may not provide more than {IDS_LIMIT} node ids; you provided {len(ids)}."
            raise refusal("ARGUMENT_LIMIT", message)
        return [self._node_or_error(name) for name in ids]

    def _node_or_error(self, name: str) -> Node | GraphQLError:
        try:
            return self.node(name)
        except GraphQLError as error:
            return error

    def viewer(self) -> ActorNode:
        """The account of the token."""
        return ActorNode("sandbox", "User", f"{self.base}/sandbox")

    def rate_limit(self) -> "RateLimit":
        """The quota after this query."""
        quota = self.github.graphql
        return RateLimit(
            cost=self.demand.cost,
            node_count=self.demand.nodes,
            limit=QUOTA,
            remaining=quota.remaining,
            used=quota.used,
            reset_at=datetime.fromtimestamp(quota.reset, UTC),
        )


@dataclass(frozen=True, kw_only=True)
class RateLimit:
    """Points and nodes of a query and what is left."""

    cost: int
    node_count: int
    limit: int
    remaining: int
    used: int
    reset_at: datetime


def routes(github: GitHub) -> list[Route]:
    """The one GraphQL route."""

    async def endpoint(request: Request) -> Response:
        refused = github.refusal(request)
        if refused is not None:
            return refused
        try:
            body = json.loads(await request.body())
            query, variables = str(body["query"]), dict(body.get("variables") or {})
        except (ValueError, KeyError, TypeError):
            return github.answer(request, problem("Problems parsing JSON", status=400), status=400)
        answer = run(github, query, variables, base=str(request.base_url).rstrip("/"))
        return github.answer(request, answer, quota=github.graphql)

    return [Route("/graphql", endpoint, methods=["POST"])]


def run(github: GitHub, query: str, variables: dict[str, Any], *, base: str) -> dict[str, Any]:
    """The body of the answer: data, errors or both."""
    try:
        document, faults = _checked(query)
    except GraphQLSyntaxError as error:
        return {"errors": [_shown(error)]}
    if faults:
        return {"errors": [_shown(fault) for fault in faults]}
    demand = demand_of(document, variables)
    if demand.nodes > NODE_LIMIT:
        message = (
            f"This query requests up to {demand.nodes:,} possible nodes which exceeds the maximum limit of 500,000."
        )
        return {"errors": [{"type": "MAX_NODE_LIMIT_EXCEEDED", "message": message}]}
    github.graphql.spend(demand.cost - 1)
    result = execute_sync(
        schema(),
        document,
        root_value=Root(github, base, demand),
        variable_values=variables,
        field_resolver=_field,
        type_resolver=lambda value, _info, _type: str(value.typename),
    )
    errors = [_shown(error) for error in result.errors or ()]
    return {"data": result.data, "errors": errors} if errors else {"data": result.data}


def _field(source: Any, info: GraphQLResolveInfo, **arguments: Any) -> Any:
    """The attribute of that name, called with its arguments when it is a method."""
    value = getattr(source, snake(info.field_name))
    return value(**{snake(name): argument for name, argument in arguments.items()}) if callable(value) else value


@cache
def snake(name: str) -> str:
    """camelCase as snake_case."""
    return re.sub(r"(?<=[a-z0-9])([A-Z])", r"_\1", name).lower()


def _shown(error: GraphQLError) -> dict[str, Any]:
    """GitHub's form: `type` beside the message instead of inside the extensions."""
    formatted: dict[str, Any] = dict(error.formatted)
    extensions = formatted.pop("extensions", None) or {}
    return {**({"type": extensions["type"]} if "type" in extensions else {}), **formatted}

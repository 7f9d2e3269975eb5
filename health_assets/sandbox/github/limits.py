"""What a GraphQL query may cost before it runs: GitHub's points and its limit of 500,000 nodes.

Every connection is taken to be as long as its first or last asks for. A query costs one point for each hundred
connection calls, at least one; see GitHub's "Rate limits and query limits for the GraphQL API".
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    OperationDefinitionNode,
    SelectionSetNode,
    value_from_ast_untyped,
)

CALLS_PER_POINT = 100


@dataclass(frozen=True)
class Demand:
    """Connection calls and nodes a query can lead to at most."""

    calls: int = 0
    nodes: int = 0

    @property
    def cost(self) -> int:
        """Points."""
        return max(1, round(self.calls / CALLS_PER_POINT))


def demand_of(document: DocumentNode, variables: Mapping[str, Any]) -> Demand:
    """The demand of a document's operations together; the sandbox's clients send one."""
    fragments = {d.name.value: d for d in document.definitions if isinstance(d, FragmentDefinitionNode)}
    calls = nodes = 0
    for definition in document.definitions:
        if not isinstance(definition, OperationDefinitionNode):
            continue
        for parents, size in _connections(definition.selection_set, 1, fragments, variables):
            calls += parents
            nodes += parents * size
    return Demand(calls, nodes)


def _connections(
    selections: SelectionSetNode,
    parents: int,
    fragments: Mapping[str, FragmentDefinitionNode],
    variables: Mapping[str, Any],
) -> Iterator[tuple[int, int]]:
    """(number of parents, page size) of each connection below `selections`."""
    for selection in selections.selections:
        inner, below = getattr(selection, "selection_set", None), parents
        if isinstance(selection, FragmentSpreadNode):
            inner = fragments[selection.name.value].selection_set
        elif isinstance(selection, FieldNode):
            size = _size(selection, variables)
            if size is not None:
                yield parents, size
                below = parents * size
        if inner is not None:
            yield from _connections(inner, below, fragments, variables)


def _size(field: FieldNode, variables: Mapping[str, Any]) -> int | None:
    values = {a.name.value: value_from_ast_untyped(a.value, dict(variables)) for a in field.arguments}
    if isinstance(ids := values.get("ids"), list):
        return len(ids)
    return next((values[side] for side in ("first", "last") if isinstance(values.get(side), int)), None)

"""The sandbox's schema is part of GitHub's, and all of it is answered."""

import os
from pathlib import Path

import pytest
from graphql import (
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLObjectType,
    GraphQLUnionType,
    build_schema,
    get_named_type,
    is_leaf_type,
)

from health_assets.sandbox.github.graphql import schema
from health_assets_tests.sandbox.small import graphql

PUBLISHED = "HEALTH_GITHUB_SCHEMA"
ARGUMENTS = {"repository": '(owner:"acme",name:"rocket")', "refs": '(refPrefix:"refs/heads/",first:2)'}
DEPTH = 6


@pytest.fixture(scope="module")
def published():
    path = os.environ.get(PUBLISHED)
    if not path:
        pytest.skip(
            f"{PUBLISHED} does not name a copy of GitHub's schema (npm @octokit/graphql-schema, schema.graphql)"
        )
    # the published file declares two fields twice, which a strict reading refuses
    return build_schema(Path(path).read_text(encoding="utf-8"), assume_valid_sdl=True)


def own_types():
    return {name: kind for name, kind in schema().type_map.items() if not name.startswith("__")}


def fields(kinds):
    """(type, field) -> type as written, arguments included with their own types."""
    found = {}
    for name, kind in kinds.items():
        if isinstance(kind, GraphQLObjectType | GraphQLInterfaceType | GraphQLInputObjectType):
            for field, declared in kind.fields.items():
                found[name, field] = str(declared.type)
                for argument, detail in getattr(declared, "args", {}).items():
                    found[name, field, argument] = f"{detail.type} = {detail.default_value}"
    return found


def test_every_type_is_of_the_published_kind(published):
    kinds = {name: type(kind) for name, kind in own_types().items()}
    assert kinds == {name: type(published.type_map.get(name)) for name in kinds}


def test_every_field_and_argument_has_the_published_type(published):
    own, theirs = fields(own_types()), fields(published.type_map)
    assert own == {key: theirs.get(key) for key in own}


def test_required_arguments_are_all_there(published):
    required = {
        (name, field, argument)
        for name, kind in own_types().items()
        if isinstance(kind, GraphQLObjectType)
        for field in kind.fields
        for argument, detail in published.type_map[name].fields[field].args.items()
        if str(detail.type).endswith("!")
    }
    assert required <= set(fields(own_types()))


def test_every_enum_value_union_member_and_interface_is_published(published):
    for name, kind in own_types().items():
        theirs = published.type_map[name]
        if isinstance(kind, GraphQLEnumType):
            assert set(kind.values) <= set(theirs.values), name
        if isinstance(kind, GraphQLUnionType):
            assert {member.name for member in kind.types} <= {member.name for member in theirs.types}, name
        if isinstance(kind, GraphQLObjectType):
            assert {i.name for i in kind.interfaces} <= {i.name for i in theirs.interfaces}, name


def everything(kind, depth):
    """A selection of every field of a type, `depth` objects deep."""
    if isinstance(kind, GraphQLUnionType):
        return "{__typename " + " ".join(f"... on {m.name}{everything(m, depth)}" for m in kind.types) + "}"
    if kind.name in ("GitObject", "Actor", "Node"):
        return (
            "{... on Commit" + everything(schema().type_map["Commit"], depth) + "}"
            if kind.name == "GitObject"
            else "{__typename}"
        )
    parts = []
    for name, field in kind.fields.items():
        inner = get_named_type(field.type)
        if not is_leaf_type(inner) and (not depth or (name in ("node", "nodes") and kind.name == "Query")):
            continue
        arguments = ARGUMENTS.get(
            name, "(number:1)" if "number" in field.args else "(first:2)" if "first" in field.args else ""
        )
        parts.append(
            f"{name}_{kind.name}:{name}{arguments}" + ("" if is_leaf_type(inner) else everything(inner, depth - 1))
        )
    return "{" + " ".join(parts or ["__typename"]) + "}"


def test_every_field_of_the_schema_is_answered(client):
    body = graphql(client, everything(schema().query_type, DEPTH))
    assert {"UNAVAILABLE"} >= {error.get("type", error["message"]) for error in body.get("errors", [])}

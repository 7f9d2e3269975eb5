"""The keys of health.yaml, read from the settings models: docs/generate.py makes a table of them."""

import json
from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, NamedTuple, Union, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from health_assets.config import Settings
from health_assets.sources.registry import SOURCES
from health_assets.sources.secret import EnvSecret

TYPES: Mapping[Any, str] = {
    str: "text",
    int: "integer",
    float: "number",
    bool: "true or false",
    date: "date",
    Path: "path",
}


class Key(NamedTuple):
    """One key, named by its dotted path; `default` is JSON in a code span, "required", or "-" for none."""

    name: str
    type: str
    default: str
    meaning: str


def settings_keys() -> Iterator[Key]:
    """Every key in the order of the models, those of each source in the place of `sources`.

    Raises KeyError for a type that has no name here.
    """
    for name, field in Settings.model_fields.items():
        if name != "sources":
            yield from _keys(name, field)
            continue
        for source in SOURCES.values():
            yield Key(f"sources.{source.name}", "keys", "off", source.description)
            for inner, part in source.settings.model_fields.items():
                yield from _keys(f"sources.{source.name}.{inner}", part)


def _keys(name: str, field: FieldInfo) -> Iterator[Key]:
    model = _model_of(field.annotation)
    if model is None:
        yield Key(name, _type(field.annotation), _default(field), field.description or "")
        return
    yield Key(name, "keys", "-", field.description or (model.__doc__ or "").strip())
    for inner, part in model.model_fields.items():
        yield from _keys(f"{name}.{inner}", part)


def _model_of(annotation: Any) -> type[BaseModel] | None:
    """The settings model in `X` or `X | None`; a reference to a secret is a value, not keys."""
    for candidate in (annotation, *get_args(annotation)):
        if isinstance(candidate, type) and issubclass(candidate, BaseModel) and candidate is not EnvSecret:
            return candidate
    return None


def _type(annotation: Any) -> str:
    origin, parts = get_origin(annotation), get_args(annotation)
    if annotation is EnvSecret:
        return "`{env: NAME}`"
    if origin is Annotated:
        return _type(parts[0])
    if origin in (Union, UnionType):
        return " or ".join(_type(part) for part in parts if part is not NoneType)
    if origin is Literal:
        return " or ".join(f"`{part}`" for part in parts)
    if origin is tuple:
        return f"list of {_type(parts[0])}"
    return "keys" if origin is Mapping else TYPES[annotation]


def _default(field: FieldInfo) -> str:
    if field.is_required():
        return "required"
    value = field.get_default(call_default_factory=True)
    if value is None or value == {}:
        return "-"
    return f"`{json.dumps(value, default=str)}`"

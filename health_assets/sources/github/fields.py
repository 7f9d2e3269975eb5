"""Checked access to payload fields: a missing or mistyped one is a ContractError that names it, never a default."""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Any, TypeVar

from health_assets.model.errors import ContractError
from health_assets.model.record import Record, Rejection
from health_assets.model.time import parse_instant

Payload = Mapping[str, Any]
Value = TypeVar("Value")


def required(payload: Payload, key: str, kind: type[Value]) -> Value:
    """The value at `key`, which must be of `kind`."""
    value = optional(payload, key, kind)
    if value is None:
        raise ContractError(f"{key} is missing")
    return value


def optional(payload: Payload, key: str, kind: type[Value]) -> Value | None:
    """The value at `key`, None where the payload has null or nothing. A flag is no integer."""
    value = payload.get(key)
    if value is None:
        return None
    if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
        raise ContractError(f"{key} is {type(value).__name__}, expected {kind.__name__}")
    return value


def instant(payload: Payload, key: str) -> datetime:
    """The ISO instant at `key` as an aware UTC datetime."""
    return _parsed(required(payload, key, str), key)


def optional_instant(payload: Payload, key: str) -> datetime | None:
    """As instant(), None where the payload has null."""
    text = optional(payload, key, str)
    return None if text is None else _parsed(text, key)


def nodes(payload: Payload, connection: str) -> list[Payload]:
    """The nodes of a GraphQL connection that must be complete; raises ContractError while pages are left."""
    body = required(payload, connection, dict)
    if (body.get("pageInfo") or {}).get("hasNextPage"):
        raise ContractError(f"{connection} is not complete")
    return [node for node in required(body, "nodes", list) if node is not None]


def read_each(
    kind: str, payloads: Iterable[Any], read: Callable[[Payload], Record | None], *, name: str
) -> tuple[list[Record], list[Rejection]]:
    """Records of the payloads that can be read, and the others by `name` (a field) with what is wrong with them."""
    records: list[Record] = []
    rejections: list[Rejection] = []
    for payload in payloads:
        if not isinstance(payload, Mapping):
            rejections.append(Rejection(kind=kind, key="?", problem=f"is {type(payload).__name__}, expected an object"))
            continue
        try:
            record = read(payload)
        except ContractError as error:
            rejections.append(Rejection(kind=kind, key=str(payload.get(name, "?"))[:80], problem=error.message))
            continue
        if record is not None:
            records.append(record)
    return records, rejections


def _parsed(text: str, key: str) -> datetime:
    try:
        return parse_instant(text)
    except ValueError:
        raise ContractError(f"{key} is {text[:40]!r}, expected an ISO instant") from None

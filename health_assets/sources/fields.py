"""Checked access to payload fields: a missing or mistyped one is a ContractError that names it, never a default."""

import math
from collections.abc import Callable, Collection, Iterable, Mapping
from datetime import UTC, datetime
from typing import Any, TypeVar

from health_assets.model.errors import ContractError
from health_assets.model.record import Record, Rejection
from health_assets.model.time import parse_instant

Payload = Mapping[str, Any]
Value = TypeVar("Value")

KEY_LIMIT = 80


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


def text(payload: Payload, key: str, *, unknown: Collection[str] = ("",)) -> str | None:
    """The text at `key`; None for null, nothing, and the words that mean that it is `unknown`."""
    value = optional(payload, key, str)
    return None if value in unknown else value


def required_text(payload: Payload, key: str, *, unknown: Collection[str] = ("",)) -> str:
    """As text(), which must be known."""
    value = text(payload, key, unknown=unknown)
    if value is None:
        raise ContractError(f"{key} is missing")
    return value


def number(payload: Payload, key: str) -> float:
    """The finite number at `key`."""
    value = payload.get(key)
    if not isinstance(value, int | float) or isinstance(value, bool) or not math.isfinite(value):
        raise ContractError(f"{key} is {type(value).__name__}, expected a number")
    return float(value)


def instant(payload: Payload, key: str) -> datetime:
    """The ISO instant at `key` as an aware UTC datetime."""
    return _parsed(required(payload, key, str), key)


def optional_instant(payload: Payload, key: str) -> datetime | None:
    """As instant(), None where the payload has null."""
    value = optional(payload, key, str)
    return None if value is None else _parsed(value, key)


def epoch(payload: Payload, key: str) -> datetime | None:
    """Seconds since 1970 as an aware UTC instant; None for null and for -1 and 0, which stand for never."""
    if payload.get(key) is None or (seconds := number(payload, key)) <= 0:
        return None
    try:
        return datetime.fromtimestamp(seconds, tz=UTC)
    except (OverflowError, ValueError, OSError):
        raise ContractError(f"{key} is no instant") from None


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
            key = str(payload.get(name, "?"))[:KEY_LIMIT]
            rejections.append(Rejection(kind=kind, key=key, problem=error.message))
            continue
        if record is not None:
            records.append(record)
    return records, rejections


def _parsed(value: str, key: str) -> datetime:
    try:
        return parse_instant(value)
    except ValueError:
        raise ContractError(f"{key} is {value[:40]!r}, expected an ISO instant") from None

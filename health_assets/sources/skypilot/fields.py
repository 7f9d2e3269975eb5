"""Checked access to payload fields: a missing or mistyped one is a ContractError that names it, never a default."""

import math
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from health_assets.model.errors import ContractError

Payload = Mapping[str, Any]


def integer(payload: Payload, key: str) -> int:
    """The integer at `key`; a flag is none."""
    value = payload.get(key)
    if not isinstance(value, int) or isinstance(value, bool):
        raise ContractError(f"{key} is {type(value).__name__}, expected int")
    return value


def number(payload: Payload, key: str) -> float:
    """The finite number at `key`."""
    value = payload.get(key)
    if not isinstance(value, int | float) or isinstance(value, bool) or not math.isfinite(value):
        raise ContractError(f"{key} is {type(value).__name__}, expected a number")
    return float(value)


def epoch(payload: Payload, key: str) -> datetime | None:
    """Seconds since 1970 as an aware UTC instant; None for null and for the server's -1 and 0, which mean never."""
    if payload.get(key) is None or (seconds := number(payload, key)) <= 0:
        return None
    try:
        return datetime.fromtimestamp(seconds, tz=UTC)
    except (OverflowError, ValueError, OSError):
        raise ContractError(f"{key} is no instant") from None


def text(payload: Payload, key: str) -> str | None:
    """Text at `key`; None for null, nothing, and the server's "-", which means not known."""
    value = payload.get(key)
    if value is None:
        return None
    if not isinstance(value, str):
        raise ContractError(f"{key} is {type(value).__name__}, expected str")
    return None if value in {"", "-"} else value


def required_text(payload: Payload, key: str) -> str:
    """As text(), which must be known."""
    value = text(payload, key)
    if value is None:
        raise ContractError(f"{key} is missing")
    return value

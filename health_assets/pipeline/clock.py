"""The clock that steps are given."""

import os
from collections.abc import Callable
from datetime import UTC, datetime

from health_assets.model.errors import ConfigError
from health_assets.model.time import parse_instant

Clock = Callable[[], datetime]


def clock_from(text: str | None) -> Clock:
    """The real clock, or one that stands at the ISO instant `text` (--now, else HEALTH_NOW). Raises ConfigError."""
    origin = "--now" if text else "HEALTH_NOW"
    text = text or os.environ.get("HEALTH_NOW")
    if not text:
        return lambda: datetime.now(UTC)
    try:
        fixed = parse_instant(text)
    except ValueError as error:
        raise ConfigError(f"{origin} {text}: {error}", hint="write an instant like 2026-01-31T12:00:00Z") from None
    return lambda: fixed

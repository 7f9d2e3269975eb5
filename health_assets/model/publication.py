"""What is sent to a publisher's target, and what is remembered of it."""

import math
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, kw_only=True, order=True)
class Point:
    """One value of one time series. at: POSIX seconds; tags: sorted `key:value` texts."""

    metric: str
    tags: tuple[str, ...]
    at: int
    value: float

    def __post_init__(self) -> None:
        """Raises ValueError for a value that is no number: it would be sent as invalid JSON."""
        if not math.isfinite(self.value):
            raise ValueError(f"{self.metric} {' '.join(self.tags)}: {self.value} is not a value")


@dataclass(frozen=True, kw_only=True)
class Publication:
    """Something that exists at a target: the id it has there, and a digest of what was sent last."""

    target: str
    name: str
    remote_id: str
    digest: str
    published_at: datetime

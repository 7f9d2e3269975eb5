"""The payloads of one repository before they become facts."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from health_assets.model.time import parse_instant

Payload = Mapping[str, Any]


@dataclass
class Rows:
    """The payloads of one repository by kind, each with where it came from; `skipped` collects what is unusable."""

    by_kind: dict[str, list[tuple[str, Payload]]] = field(default_factory=lambda: defaultdict(list))
    skipped: list[str] = field(default_factory=list)

    def add(self, kind: str, row: Payload, *, origin: str) -> None:
        """Takes in a row read at `origin`."""
        self.by_kind[kind].append((origin, row))

    def read(self, kind: str, make: Callable[[Payload], Any]) -> list[Any]:
        """What `make` makes of each row of the kind; a row without what it needs is skipped and named."""
        made = []
        for origin, row in self.by_kind[kind]:
            try:
                made.append(make(row))
            except (KeyError, TypeError, ValueError, AttributeError) as error:
                self.skipped.append(f"{origin}: {type(error).__name__} {error}")
        return made

    def payloads(self) -> Iterable[Payload]:
        """All rows."""
        return (row for rows in self.by_kind.values() for _, row in rows)


def optional(row: Payload, name: str) -> datetime | None:
    """The instant in that field, None where there is none."""
    return parse_instant(row[name]) if row.get(name) else None


def required(row: Payload, name: str) -> datetime:
    """The instant in that field; raises KeyError or ValueError without one."""
    return parse_instant(row[name])

"""Connections: slices of a list by first/last/after/before, with the bounds that GitHub enforces."""

import base64
import binascii
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from graphql import GraphQLError

PAGE_LIMIT = 100
CURSOR = "cursor:v2:"


@dataclass(frozen=True)
class PageInfo:
    """Where a slice begins and ends."""

    start_cursor: str | None
    end_cursor: str | None
    has_previous_page: bool
    has_next_page: bool


class Connection:
    """A slice of `items`, each shown through `make`; only what is asked for is made."""

    def __init__(self, items: Sequence[Any], make: Callable[[Any], Any], *, name: str, paging: dict[str, Any]) -> None:
        self._items, self._make, self._name = items, make, name
        self._bounded = paging.get("first") is not None or paging.get("last") is not None
        self._start, self._stop = _bounds(len(items), name=name, **paging)
        self.total_count = len(items)

    def nodes(self) -> list[Any]:
        """The items of the slice. Without first or last GitHub tells the total only."""
        if not self._bounded:
            raise refusal(
                "MISSING_PAGINATION_BOUNDARIES",
                f"You must provide a `first` or `last` value to properly paginate the `{self._name}` connection.",
            )
        return [self._make(item) for item in self._items[self._start : self._stop]]

    @property
    def page_info(self) -> PageInfo:
        """Cursors and whether there is more on either side."""
        empty = self._start >= self._stop
        return PageInfo(
            start_cursor=None if empty else _cursor(self._start + 1),
            end_cursor=None if empty else _cursor(self._stop),
            has_previous_page=self._start > 0,
            has_next_page=self._stop < len(self._items),
        )


def refusal(kind: str, message: str) -> GraphQLError:
    """An error as GitHub answers it, with `type` beside the message."""
    return GraphQLError(message, extensions={"type": kind})


def _bounds(
    total: int,
    *,
    name: str,
    first: int | None = None,
    last: int | None = None,
    after: str | None = None,
    before: str | None = None,
) -> tuple[int, int]:
    for side, count in (("first", first), ("last", last)):
        if count is not None and count > PAGE_LIMIT:
            message = (
                f"Requesting {count} records on the `{name}` connection exceeds the `{side}` limit of 100 records."
            )
            raise refusal("EXCESSIVE_PAGINATION", message)
        if count is not None and count < 0:
            raise refusal("INVALID_CURSOR_ARGUMENTS", f"`{side}` on the `{name}` connection cannot be less than zero.")
    start = _position(after, name=name) if after else 0
    stop = min(_position(before, name=name) - 1, total) if before else total
    if first is not None:
        stop = min(stop, start + first)
    if last is not None:
        start = max(start, stop - last)
    return start, max(stop, start)


def _cursor(position: int) -> str:
    return base64.b64encode(f"{CURSOR}{position}".encode()).decode()


def _position(cursor: str, *, name: str) -> int:
    try:
        return int(base64.b64decode(cursor, validate=True).decode().removeprefix(CURSOR))
    except (binascii.Error, ValueError) as error:
        message = f"`{cursor}` does not appear to be a valid cursor for the `{name}` connection."
        raise refusal("INVALID_CURSOR_ARGUMENTS", message) from error

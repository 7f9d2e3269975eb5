"""What a source folder declares about itself."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol
from zoneinfo import ZoneInfo

from health_assets.model.fom import Fom
from health_assets.model.metric import Family, collector_family
from health_assets.model.record import Batch, Coverage, RecordKind
from health_assets.model.time import Day


class Known(Protocol):
    """What the store already holds of one source and scope, for a fetch to build upon."""

    def coverage(self, kind: str) -> dict[str, Coverage]:
        """Day key -> coverage of that day."""
        ...

    def records(self, kind: str, *, since: datetime) -> Any:
        """DataFrame of the kind's columns plus key, version, starts_at, ends_at; rows alive at or after `since`."""
        ...


@dataclass
class Meter:
    """Counts requests as they are sent, so that they are known also of a fetch that was given up at its deadline.

    sent: what was asked, like `GET /repos/acme/rocket`, and how often; without parameters and secrets.
    """

    requests: int = 0
    sent: Counter[str] = field(default_factory=Counter)

    def count(self, what: str) -> None:
        """One more request."""
        self.requests += 1
        self.sent[what] += 1


@dataclass(frozen=True, kw_only=True)
class FetchRequest:
    """What to bring: `days` to be measurable as of `now`, for one scope. `deadline` is a time.monotonic() reading."""

    scope: str
    days: tuple[Day, ...]
    now: datetime
    zone: ZoneInfo
    known: Known
    deadline: float
    refetch: bool = False
    """Read days again although they are final."""
    meter: Meter = field(default_factory=Meter)


@dataclass(frozen=True, kw_only=True)
class Check:
    """One line of `health-assets doctor`: what was tried, whether it works, and what to do if not."""

    name: str
    ok: bool
    detail: str
    hint: str = ""


def no_demo(base_url: str) -> Mapping[str, Any]:
    """For a source without a stand-in in the sandbox. Raises LookupError."""
    raise LookupError(f"nothing at {base_url} stands in for this source")


@dataclass(frozen=True, kw_only=True)
class Source:
    """One source: its record kinds, metric families, settings and the two functions that reach its API.

    fetch raises SourceError when the scope cannot be read completely. Both import their client library when called.
    demo: the settings that read the sandbox at a base URL like http://127.0.0.1:8737.
    scopes_share_a_server: when one scope finds the server closed, the others are not tried. Otherwise (clusters,
    regions) they are fetched side by side, and the failure of one says nothing of another.
    for_rows: for a source that measures what catalogue rows ask it: the source with those rows' kinds and families.
    """

    name: str
    title: str
    description: str
    kinds: Sequence[RecordKind]
    families: Sequence[Family]
    settings: type[Any]
    scopes: Callable[[Any], Sequence[str]]
    fetch: Callable[[Any, FetchRequest], Batch]
    diagnose: Callable[[Any], Sequence[Check]]
    demo: Callable[[str], Mapping[str, Any]] = no_demo
    scopes_share_a_server: bool = True
    for_rows: "Callable[[Sequence[Fom]], Source] | None" = None

    @property
    def all_families(self) -> tuple[Family, ...]:
        """The declared families and the collection's own."""
        return (*self.families, collector_family(self.name, self.title))

    def declared_for(self, rows: Sequence[Fom]) -> "Source":
        """This source with the metrics that `rows`, those of the whole catalogue, ask it for. Raises CatalogueError."""
        if self.for_rows is None:
            return self
        return self.for_rows([row for row in rows if row.query is not None and row.metric.startswith(f"{self.name}.")])
